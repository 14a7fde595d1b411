package main

import (
	"errors"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"lbsim/studies/compare"
	"lbsim/studies/remap"
)

func newRemap() *cobra.Command {
	var a sharding
	var o output
	cmd := &cobra.Command{
		Use:   "remap",
		Short: "Count the keys that move when nodes come and go",
		Long: `Place keys on nodes, change the nodes, and count the keys that have another node
than before: for each algorithm that goes by keys, against the least that must move
when every node holds its fair share. With it come how even the shards are, and what
the tables take.

Changes follow one after the other, separated by commas:

  +2           two nodes come, at the end
  -1           the last node leaves; -2@first, -1@3 (position), -1@node-7 (name)
               and -2@random take others
  replace@3    the third node leaves, and a new one with another name comes; what
               follows counts it as the third
  weight:3=2   the weight of the third node becomes 2

A time may stand before each, and is kept: 09:00 +4, 12:00 -1@random, 18:00 -3.

Nodes are called node-1, node-2 and so on unless --nodes names them; hashes depend
on the names. An algorithm that watches load is offered the keys in order, and each
key that it has placed counts as one request in flight.

  moved        share of the keys that have another node than before
  least        share that must move for every node to keep or get its fair share
  excess       share that moved between two nodes that stayed with their weights,
               which nothing asked for
  peak/mean    the fullest node, over its fair share, by keys and, where keys differ
               in popularity, by requests
  load cv      how far nodes are from their fair shares: the standard deviation`,
		Example: `  lbsim remap
  lbsim remap --algorithms ring_hash,ring_hash:points=10 --change +1,-1@first
  lbsim remap --nodes 100 --change replace@3 --key-distribution zipf:1.1
  lbsim remap --weights 1,1,2 --change weight:1=2 --json
  lbsim remap --change 09:00+4,12:00-1@random,18:00-3 --out out
  lbsim remap --keys-file - --format markdown

Look next at: lbsim algorithms ring_hash, lbsim schema remap`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.settle(); err != nil {
				return err
			}
			plan, err := a.plan(cmd.InOrStdin())
			if err != nil {
				return wrong(err)
			}
			return o.answerRemap(cmd, plan)
		},
	}
	cmd.Flags().SortFlags = false
	a.flags(cmd)
	o.flagsOf(cmd, "remap", "write charts with their data, remap.json and remap.csv to this `folder`, instead of those of an earlier result")
	return cmd
}

// sharding is the flags that say which keys are placed on which nodes.
type sharding struct {
	remap.Question
	algorithms string
	keysFile   string
}

func (a *sharding) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&a.algorithms, "algorithms", "a", "", "a `list` such as ring_hash,ring_hash:points=10; default: all that go by keys")
	f.StringVar(&a.Nodes, "nodes", "", "the nodes at the start: a `number`, or names such as cache-a,cache-b; default: "+remap.DefaultNodes)
	f.StringVar(&a.Weights, "weights", "", "their weights, a `list` such as 1,1,2; default: all 1")
	f.StringVar(&a.Changes, "change", "", "the `changes`, such as +1,-1@first,replace,weight:3=2; default: "+remap.DefaultChange)
	f.StringVar(&a.Keys, "keys", "", "the `number` of keys; default: "+remap.DefaultKeys)
	f.StringVar(&a.keysFile, "keys-file", "", "a `file` with a key a line, - for standard input; a line that comes again is more requests for its key")
	f.StringVar(&a.Popularity, "key-distribution", "", "the popularity of keys: uniform, `zipf:1.1` or hot:10=50%; the first key is the most popular")
	f.Uint64Var(&a.Seed, "seed", 1, "the `number` that all chance begins with")
	f.BoolVar(&a.Time, "time", false, "measure build and lookup times on this machine, on one core")
	complete(cmd, "algorithms", completeFrom(remap.ByKey))
	complete(cmd, "key-distribution", completeWords([]string{"uniform", "zipf:", "hot:"}))
}

// plan reads the flags.
func (a *sharding) plan(in io.Reader) (*remap.Plan, error) {
	q := a.Question
	q.Algorithms = compare.SplitAlgorithms(a.algorithms)
	var unread error
	if a.keysFile != "" {
		q.Given, unread = remap.OpenKeys(a.keysFile, in)
	}
	plan, err := q.Plan()
	if err := errors.Join(err, unread); err != nil {
		return nil, err
	}
	plan.Provenance = remap.Provenance{Version: version(), Command: a.commandLine()}
	return plan, nil
}

// commandLine is the command that asks this. How it was shown and where it was
// written is left out.
func (a *sharding) commandLine() string {
	words := "lbsim remap"
	for _, flag := range [][2]string{
		{"algorithms", a.algorithms}, {"nodes", a.Nodes}, {"weights", a.Weights}, {"change", a.Changes}, {"keys", a.Keys},
		{"keys-file", a.keysFile}, {"key-distribution", a.Popularity}, {"seed", strconv.FormatUint(a.Seed, 10)},
	} {
		if flag[1] != "" {
			words += " --" + flag[0] + " " + quoted(flag[1])
		}
	}
	return words
}
