package haproxy

import (
	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// Directives returns how many lines of a configuration say something, and those of them of
// which nothing has become of: neither a setting nor a remark with a reason of its own.
func Directives(src foreign.Source) (lines int, lost []decode.Place) {
	r := newReading(src)
	r.read(src)
	for _, l := range r.all {
		if !l.used {
			lost = append(lost, l.at)
		}
	}
	return len(r.all), lost
}
