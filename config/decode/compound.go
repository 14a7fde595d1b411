package decode

import "fmt"

// List is a Type of lists.
type List[T any] struct {
	Of   Type[T]
	Min  int             // how many elements at least
	Name func(*T) string // unless nil: names, which must differ
	Max  int             // how many at most; 0: no limit
}

// Read implements Type.
func (l List[T]) Read(v Value) ([]T, bool) {
	if !v.List() {
		return nil, false
	}
	if v.Len() < l.Min {
		v.Fail("must have at least %d", l.Min)
		return nil, false
	}
	if l.Max > 0 && v.Len() > l.Max {
		v.Fail("must have at most %d", l.Max)
		return nil, false
	}
	all, good := make([]T, 0, v.Len()), true
	first := map[string]int{}
	for i := range v.Len() {
		x, ok := l.Of.Read(v.Index(i))
		good = good && ok
		all = append(all, x)
		if !ok || l.Name == nil {
			continue
		}
		name := l.Name(&x)
		if j, taken := first[name]; taken {
			v.Index(i).Get("name").Fail("%s has this name already", fmt.Sprintf("%s[%d]", v.Path, j))
			good = false
		}
		first[name] = i
	}
	return all, good
}

// Write implements Type.
func (l List[T]) Write(all []T) any {
	out := make([]any, len(all))
	for i := range all {
		out[i] = l.Of.Write(all[i])
	}
	return out
}

// Schema implements Type.
func (l List[T]) Schema(d *Defs) Schema {
	s := Schema{"type": "array", "items": l.Of.Schema(d)}
	if l.Min > 0 {
		s["minItems"] = l.Min
	}
	if l.Max > 0 {
		s["maxItems"] = l.Max
	}
	return s
}

// Pointer is a Type whose values may be absent: a nil is left out when written.
type Pointer[T any] struct{ To Type[T] }

// Read implements Type.
func (p Pointer[T]) Read(v Value) (*T, bool) {
	x, ok := p.To.Read(v)
	return &x, ok
}

// Write implements Type.
func (p Pointer[T]) Write(x *T) any {
	if x == nil {
		return nil
	}
	return p.To.Write(*x)
}

// Schema implements Type.
func (p Pointer[T]) Schema(d *Defs) Schema { return p.To.Schema(d) }

// Short is a Type with a short form for a scalar beside the full one.
type Short[T, A any] struct {
	Full Type[T]
	As   Type[A]   // the short form
	Make func(A) T // what it means
	// Back, unless nil, says that x is to be written in the short form.
	Back func(x T) (A, bool)
}

// Read implements Type.
func (s Short[T, A]) Read(v Value) (T, bool) {
	if v.IsScalar() {
		a, ok := s.As.Read(v)
		if !ok {
			var x T
			return x, false
		}
		return s.Make(a), true
	}
	return s.Full.Read(v)
}

// Write implements Type.
func (s Short[T, A]) Write(x T) any {
	if s.Back != nil {
		if a, ok := s.Back(x); ok {
			return s.As.Write(a)
		}
	}
	return s.Full.Write(x)
}

// Schema implements Type.
func (s Short[T, A]) Schema(d *Defs) Schema {
	return Schema{"anyOf": []Schema{s.As.Schema(d), s.Full.Schema(d)}}
}

// WordOr is a Type with one word beside its values: unlimited, auto.
type WordOr[T comparable] struct {
	Word  string
	Means T
	Else  Type[T]
}

// Read implements Type.
func (w WordOr[T]) Read(v Value) (T, bool) {
	text, ok := v.text()
	if ok && text == w.Word {
		return w.Means, true
	}
	if near := Nearest(text, []string{w.Word}); ok && near != "" {
		v.Fail("unknown word: did you mean %s?", near)
		var none T
		return none, false
	}
	return w.Else.Read(v)
}

// Write implements Type.
func (w WordOr[T]) Write(x T) any {
	if x == w.Means {
		return w.Word
	}
	return w.Else.Write(x)
}

// Schema implements Type.
func (w WordOr[T]) Schema(d *Defs) Schema {
	return Schema{"anyOf": []Schema{{"const": w.Word}, w.Else.Schema(d)}}
}
