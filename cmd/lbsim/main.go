// Command lbsim simulates load balancers: what each way of choosing a server does to
// latency, and which differences between them are more than chance.
package main

import (
	"context"
	"io"
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program: arguments in, exit code out.
func run(args []string, in io.Reader, out, remarks io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			code = reportPanic(remarks, p)
		}
	}()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(remarks)
	wrapHelp(root, width(out))
	return report(remarks, root.ExecuteContext(context.Background()))
}
