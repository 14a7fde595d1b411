package main

import (
	"fmt"
	"regexp"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Print the version, and the revision of the source where the build knows it.",
		Example: "  lbsim version",
		Args:    between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "lbsim %s%s\n", version(), revision())
			return err
		},
	}
}

// release is a tagged version. What is built from a revision between two of them has
// a version with a date in it, which would be another one for the same source.
var release = regexp.MustCompile(`^v\d+\.\d+\.\d+(-(alpha|beta|rc)[.0-9]*)?$`)

// version is the release, or devel. Results hold it, so it does not depend on when or
// where the program was built.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && release.MatchString(info.Main.Version) {
		return info.Main.Version
	}
	return "devel"
}

func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	text := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			text = " (revision " + s.Value[:min(12, len(s.Value))] + text + ")"
		case s.Key == "vcs.modified" && s.Value == "true" && text != "":
			text = text[:len(text)-1] + ", modified)"
		}
	}
	return text
}
