package decode

// Truth is a Type of true and false.
var Truth Type[bool] = truth{}

type truth struct{}

func (truth) Read(v Value) (bool, bool) {
	switch text, _ := v.Literal(); text {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	v.Fail("%s", v.wanted("true or false"))
	return false, false
}

func (truth) Write(x bool) any { return x }

func (truth) Schema(*Defs) Schema { return Schema{"type": "boolean"} }
