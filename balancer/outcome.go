package balancer

// Outcome is how an attempt ended. Those from 500 on are a server's answer with that
// HTTP status.
type Outcome uint16

const (
	OK          Outcome = iota // answered
	Error                      // answered, with an error that nobody knows more of
	Refused                    // the server is full and says so
	TimedOut                   // the client waits for it no longer
	Cancelled                  // withdrawn by the client; says nothing of the server
	Unreachable                // no connection: nobody listens
	Reset                      // the connection broke before the answer
	TooSlow                    // the time of an attempt passed without an answer

	firstStatus Outcome = 500
	lastStatus  Outcome = 599
)

// Answered is the outcome of an attempt that a server answered with an HTTP status.
// Below 500 the fault, if there is one, is not the server's.
func Answered(status int) Outcome {
	if status >= int(firstStatus) && status <= int(lastStatus) {
		return Outcome(status)
	}
	return OK
}

// Status returns the HTTP status that a client sees, or would see if it still
// waited. Where no server answered, products differ, and this follows most of them:
// without a connection 503 (Envoy's UF, HAProxy's SC; NGINX says 502), after a broken
// one 502 (HAProxy's SH, NGINX; Envoy's UC is 503), after the time of an attempt 504
// (all three). 499 is NGINX's word for a client that went away.
func (o Outcome) Status() int {
	switch o {
	case OK:
		return 200
	case Refused, Unreachable:
		return 503
	case TimedOut, Cancelled:
		return 499
	case Reset:
		return 502
	case TooSlow:
		return 504
	case Error:
		return 500
	}
	return int(o)
}

// answered says whether a server did the work, or said that it can't.
func (o Outcome) answered() bool { return o == OK || o == Error || o >= firstStatus }

// failed says whether the outcome speaks against the server. A client that went away
// does not: it may have been in a hurry.
func (o Outcome) failed() bool { return o != OK && o != Cancelled && o != TimedOut }
