package balancer_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/config"
	"lbsim/random"
)

var update = flag.Bool("update", false, "rewrite the transcripts in testdata; know why they changed before committing them")

// Each file of testdata is a conversation with a balancer: commands, a line ----, and
// what happened. The commands are
//
//	new {…}                  the balancer's file
//	configure {…}            another file while it works; "anew {…}" with pickers that begin anew
//	endpoints a b@x c@x/1    the members of the pool, with zone and priority
//	answer a ok|fail|never   how its checks are answered from now on; ok at first
//	at 10s                   time passes until then
//	fail a 5 500             requests, until 5 that a gets have ended with 500
//	request POST 503 ok      one request, whose attempts end so
//	picks 6                  who gets the next requests, which end well
//	hold 3                   requests that stay under way
//	release                  they end well
//	drain a, undrain a       a takes no new work, and takes it again
//	weights                  the effective weights
//	shares                   how requests are divided among levels and zones
//	start 1 critical         request 1 comes, of that priority
//	end 1 503                its attempt ends, well without a status
//	cancel 2                 the client of request 2, which waits, goes
//	copies GET ok@9ms 503@1ms  one request, whose attempts end so and take so long
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			c := &conversation{t: t}
			for i, block := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
				commands, _, _ := strings.Cut(block, "----")
				if i > 0 {
					got.WriteString("\n")
				}
				fmt.Fprintf(&got, "%s----\n", commands)
				for line := range strings.Lines(commands) {
					if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
						c.do(line)
					}
				}
				got.WriteString(c.take())
			}
			if *update {
				if err := os.WriteFile(file, []byte(got.String()), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if got.String() != string(text) {
				t.Errorf("got\n%s\nwant\n%s", got.String(), text)
			}
		})
	}
}

type conversation struct {
	t       *testing.T
	lb      *balancer.Balancer
	now     clock.Time
	names   map[int32]string
	answers map[string]string
	id      uint64
	held    []balancer.Ticket
	known   map[uint64]*pending // by number, of start
	due     []uint64            // handles of requests whose copies are
	said    strings.Builder
}

func (c *conversation) say(format string, args ...any) {
	fmt.Fprintf(&c.said, "%v ", c.now)
	fmt.Fprintf(&c.said, format+"\n", args...)
}

// take returns what was said since the last time.
func (c *conversation) take() string {
	text := c.said.String()
	c.said.Reset()
	if text == "" {
		text = "nothing\n"
	}
	return text
}

func (c *conversation) do(line string) {
	c.t.Helper()
	what, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	switch what {
	case "new":
		c.begin(rest)
	case "configure", "anew":
		c.configure(rest, what == "anew")
	case "endpoints":
		c.members(words)
		c.until(c.now)
	case "shares":
		c.shares()
	case "answer":
		c.answers[words[0]] = words[1]
	case "at":
		d, err := time.ParseDuration(words[0])
		if err != nil {
			c.t.Fatal(err)
		}
		c.until(clock.Time(d))
	case "fail":
		n, _ := strconv.Atoi(words[1])
		c.fail(words[0], n, outcome(c.t, words[2]))
	case "request":
		c.request(words[0], words[1:])
	case "copies":
		c.copies(words[0], words[1:])
	case "picks":
		n, _ := strconv.Atoi(words[0])
		c.picks(n)
	case "hold":
		n, _ := strconv.Atoi(words[0])
		c.hold(n)
	case "release":
		for _, x := range c.held {
			c.lb.Finish(c.now, &balancer.Request{}, x, balancer.OK)
		}
		c.held = nil
	case "drain":
		c.lb.Drain(c.now, 0, slotOf(c.t, c.lb, words[0]))
	case "undrain":
		c.lb.Undrain(c.now, 0, slotOf(c.t, c.lb, words[0]))
	case "weights":
		var story []string
		for slot := range int32(len(c.names)) {
			story = append(story, fmt.Sprintf("%s %.4g", c.names[slot], c.lb.Weight(0, slot)))
		}
		c.say("weights %s", strings.Join(story, ", "))
	case "start", "end", "cancel":
		c.one(what, words)
	default:
		c.t.Fatalf("no such command: %s", line)
	}
	c.drain()
}

func (c *conversation) begin(text string) {
	cfg, err := config.Read("transcript", strings.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.lb, err = balancer.New(cfg.Config(), random.NewIndex(1, "transcript", 0)); err != nil {
		c.t.Fatal(err)
	}
	c.now, c.names, c.answers, c.known = 0, map[int32]string{}, map[string]string{}, map[uint64]*pending{}
}

func (c *conversation) configure(text string, anew bool) {
	cfg, err := config.Read("transcript", strings.NewReader(text))
	if err == nil {
		err = c.lb.Configure(c.now, cfg.Config(), anew)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.until(c.now)
}

// until lets time pass.
func (c *conversation) until(at clock.Time) {
	c.drain()
	for {
		next, ok := c.lb.NextWake()
		if !ok || next > at {
			break
		}
		c.now = next
		c.lb.Wake(next)
		c.drain()
	}
	c.now = at
}

// drain tells what happened and answers the checks.
func (c *conversation) drain() {
	for c.lb != nil && c.lb.Events() {
		for _, e := range c.lb.AppendEvents(nil) {
			name := c.names[e.Slot]
			switch e.Kind {
			case balancer.ProbeDue:
				answer := c.answers[name]
				if answer == "" {
					answer = "ok"
				}
				c.say("check %s: %s", name, answer)
				if answer != "never" {
					c.lb.ProbeDone(c.now, e.Probe, balancer.ProbeResult{Failed: answer == "fail"})
				}
			case balancer.Granted:
				c.known[e.Handle].ticket = e.Ticket
				c.say("%d: granted, %s", e.Handle, c.names[e.Ticket.Slot])
			case balancer.Rejected:
				c.say("%d: %v", e.Handle, e.Reason)
			case balancer.HedgeDue:
				c.due = append(c.due, e.Handle)
			case balancer.Ejected, balancer.Draining:
				c.say("%v %s until %v", e.Kind, name, e.Until)
			case balancer.PanicBegan, balancer.PanicEnded:
				if e.Level > 0 {
					c.say("%v of level %d", e.Kind, e.Level)
				} else {
					c.say("%v", e.Kind)
				}
			default:
				c.say("%v %s", e.Kind, name)
			}
		}
	}
}

// members reads name@zone/priority.
func (c *conversation) members(words []string) {
	var eps []balancer.Endpoint
	for _, word := range words {
		word, priority, _ := strings.Cut(word, "/")
		name, zone, _ := strings.Cut(word, "@")
		e := balancer.Endpoint{Name: name, Zone: zone, Weight: 1}
		e.Priority, _ = strconv.Atoi(priority)
		eps = append(eps, e)
	}
	c.lb.SetEndpoints(c.now, 0, eps)
	for _, e := range eps {
		c.names[slotOf(c.t, c.lb, e.Name)] = e.Name
	}
}

// shares tells how requests are divided among levels and, in each, zones.
func (c *conversation) shares() {
	loads := c.lb.LevelLoads(0, nil)
	for lv, load := range loads {
		line := fmt.Sprintf("level %d: %d%%", lv, load)
		for _, x := range c.lb.ZoneShares(0, lv, nil) {
			switch {
			case x.Zone == "" && x.Share > 0 && x.Share < 1:
				line += fmt.Sprintf(", %.4g%% anywhere", x.Share*100)
			case x.Zone != "" && x.Share > 0:
				line += fmt.Sprintf(", %.4g%% in %s", x.Share*100, x.Zone)
			}
		}
		c.say("%s", line)
	}
}

func (c *conversation) fail(name string, n int, o balancer.Outcome) {
	for range 100 * n {
		if n == 0 {
			return
		}
		r := balancer.Request{}
		d := c.lb.Start(c.now, &r)
		if d.Kind != balancer.Send {
			break
		}
		how := balancer.OK
		if c.names[d.Ticket.Slot] == name {
			how = o
			n--
		}
		c.lb.Finish(c.now, &r, d.Ticket, how)
		c.drain()
	}
	if n > 0 {
		c.say("%s gets no requests", name)
	}
}

func (c *conversation) request(method string, ends []string) {
	c.id++
	r := balancer.Request{ID: c.id, Idempotent: method != "POST"}
	d := c.lb.Start(c.now, &r)
	var story []string
	for _, end := range ends {
		if d.Kind == balancer.WaitUntil {
			story = append(story, "wait "+d.Ticket.At.Sub(c.now).String())
			c.until(d.Ticket.At)
			d = c.lb.Start(c.now, &r)
		}
		if d.Kind != balancer.Send {
			break
		}
		story = append(story, c.names[d.Ticket.Slot]+" "+end)
		d = c.lb.Finish(c.now, &r, d.Ticket, outcome(c.t, end))
	}
	last := map[balancer.DecisionKind]string{balancer.Finished: "over", balancer.Send: "sent again", balancer.WaitUntil: "waits", balancer.Reject: "rejected"}[d.Kind]
	c.say("%s: %s, %s", method, strings.Join(story, ", "), last)
	if d.Kind == balancer.Send {
		c.lb.Finish(c.now, &r, d.Ticket, balancer.Cancelled)
	}
	if d.Kind == balancer.WaitUntil {
		c.lb.Cancel(c.now, &r)
	}
}

func (c *conversation) hold(n int) {
	var story []string
	for range n {
		d := c.lb.Start(c.now, &balancer.Request{})
		if d.Kind != balancer.Send {
			c.t.Fatal("nobody is ready")
		}
		story = append(story, c.names[d.Ticket.Slot])
		c.held = append(c.held, d.Ticket)
	}
	c.say("hold %s", strings.Join(story, " "))
}

// one is a step in the life of a request with a number.
func (c *conversation) one(what string, words []string) {
	n, err := strconv.ParseUint(words[0], 10, 64)
	if err != nil {
		c.t.Fatal(err)
	}
	var d balancer.Decision
	switch x := c.known[n]; what {
	case "start":
		x = &pending{request: &balancer.Request{ID: n, Handle: n, Idempotent: true}}
		if len(words) > 1 {
			x.request.Priority = map[string]balancer.Priority{"critical": balancer.Critical, "sheddable": balancer.Sheddable}[words[1]]
		}
		c.known[n] = x
		d = c.lb.Start(c.now, x.request)
	case "end":
		d = c.lb.Finish(c.now, x.request, x.ticket, outcome(c.t, append(words, "ok")[1]))
	case "cancel":
		c.lb.Cancel(c.now, x.request)
		c.say("%d: cancelled", n)
		return
	}
	switch d.Kind {
	case balancer.Send:
		c.known[n].ticket = d.Ticket
		c.say("%d: %s", n, c.names[d.Ticket.Slot])
	case balancer.Queued:
		c.say("%d: waits", n)
	case balancer.WaitUntil:
		c.say("%d: waits until %v", n, d.Ticket.At)
	case balancer.Reject:
		c.say("%d: %d, %v", n, d.Reason.Status(), d.Reason)
	default:
		c.say("%d: over", n)
	}
}

func (c *conversation) picks(n int) {
	var story []string
	for range n {
		r := balancer.Request{}
		d := c.lb.Start(c.now, &r)
		if d.Kind != balancer.Send {
			story = append(story, strconv.Itoa(d.Reason.Status()))
			continue
		}
		story = append(story, c.names[d.Ticket.Slot])
		c.lb.Finish(c.now, &r, d.Ticket, balancer.OK)
	}
	c.say("picks %s", strings.Join(story, " "))
}

// outcome reads ok, unreachable, reset, slow, gone or a status.
func outcome(t *testing.T, word string) balancer.Outcome {
	known := map[string]balancer.Outcome{"ok": balancer.OK, "unreachable": balancer.Unreachable, "reset": balancer.Reset, "slow": balancer.TooSlow, "gone": balancer.TimedOut}
	if o, ok := known[word]; ok {
		return o
	}
	status, err := strconv.Atoi(word)
	if err != nil {
		t.Fatalf("no such outcome: %s", word)
	}
	return balancer.Answered(status)
}
