package exercise

import "time"

// stickiness judges whether clients stay with an instance, and the way out.
func (j *judging) stickiness(p *Point) {
	s := &j.answers.Sticky
	switch {
	case s.Use == "":
		p.poor("use is not answered: none, cookie or ip")
	case s.Use == "ip":
		p.because("LB019", "an office of 400 people is one address: a quarter of the load goes to one instance, and all of it moves when that leaves")
	case s.Use == "cookie" && !j.exercise.memory:
		p.because("LB018", "nothing here is kept in an instance, so a cookie buys nothing: old clients stay where they are when instances are added, and a drain waits for them")
	case s.Use == "cookie" && s.TTL == 0:
		p.because("LB018", "a cookie without a ttl has no end: new instances get new clients only, and the old ones stay hot")
	case s.Use == "cookie" && s.TTL > 24*time.Hour:
		p.because("LB018", "a ttl of "+seconds(s.TTL)+" outlives most instances: minutes to hours are as long as a session is used")
	case s.Use == "cookie" && s.TTL < time.Minute:
		p.poor("a ttl of " + seconds(s.TTL) + " is over between two requests of a session: take as long as one is used, minutes to hours")
	case s.Use == "cookie":
		p.good("sessions stay with their instance for as long as they are used")
	case j.exercise.memory && !says(s.WayOut+". "+s.Why, ofWayOut):
		p.poor("sessions are kept in the instances' memory: without stickiness three of four requests come to an instance that does not know them; either a cookie for now, or sessions in a shared store or in signed tokens first")
	default:
		p.good("any instance can answer")
	}
	switch {
	case s.Why == "":
		p.poor("why is not answered: what is kept in an instance, or not?")
	case s.Use == "none" && !j.exercise.memory && (!mentions(s.Why, ofNoState) || mentions(s.Why, stateful)):
		p.poor("the reason can't be read as saying that nothing is kept in the instances, which is what makes it right")
	case s.Use == "cookie" && j.exercise.memory && !says(s.Why, ofState):
		p.poor("the reason does not say what an instance keeps: it is the sessions in memory, and nothing else, that ask for stickiness")
	}
	if j.exercise.memory && s.Use != "none" {
		switch {
		case s.WayOut == "":
			p.poor("way_out is not answered: as long as sessions are in memory each instance that is lost logs people out; where do they go?")
		case !says(s.WayOut, ofWayOut):
			p.poor("the way out leaves the sessions where they are: put them into a shared store or into signed tokens, then take the cookie away")
		default:
			p.good("there is a way out of stickiness")
		}
	}
}
