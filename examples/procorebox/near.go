package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
)

// near returns the name that somebody may have meant who has typed something else, "" if none is near.
func near(typed string, names []string) string {
	typed = strings.ToLower(typed)
	away := func(name string) int {
		name = strings.ToLower(name)
		if len(typed) > 1 && strings.HasPrefix(name, typed) {
			return 0
		}
		return levenshtein.ComputeDistance(typed, name)
	}
	if len(names) == 0 || typed == "" {
		return ""
	}
	begins := func(name string) int { // differently, which counts where two are equally near
		if strings.HasPrefix(strings.ToLower(name), typed[:1]) {
			return 0
		}
		return 1
	}
	best := slices.MinFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(away(a), away(b)), cmp.Compare(begins(a), begins(b)), strings.Compare(a, b))
	})
	if most := 1 + len([]rune(best))/4; away(best) > most || away(best) >= len([]rune(typed)) {
		return ""
	}
	return best
}

// unknown is an error about a word where a command has others, with the one that is near.
func unknown(cmd *cobra.Command, word string) error {
	text := fmt.Sprintf("unknown command %q for %q", word, cmd.CommandPath())
	if name := near(word, wordsOf(cmd)); name != "" {
		text += fmt.Sprintf("; did you mean %q?", cmd.CommandPath()+" "+name)
	}
	return usage("%s", text)
}

func wordsOf(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return names
}

// onlyWords makes a command take none but its words. Alone it says which there are.
func onlyWords(cmd *cobra.Command) *cobra.Command {
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknown(cmd, args[0])
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// orWords makes a command that has words, and does something without one, say if one of them is mistyped.
func orWords(cmd *cobra.Command) *cobra.Command {
	takes := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 && near(args[0], wordsOf(cmd)) != "" {
			return unknown(cmd, args[0])
		}
		return takes(cmd, args)
	}
	return cmd
}

// nearFlag adds the flag that is near to an error about one that is not known.
func nearFlag(cmd *cobra.Command, err error) error {
	wrong, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || wrong.GetSpecifiedShortnames() != "" {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	if name := near(wrong.GetSpecifiedName(), names); name != "" {
		return fmt.Errorf("%w; did you mean --%s?", err, name)
	}
	return err
}

// nearLink adds the link whose name is near to the error about one that does not exist.
func nearLink(ctx context.Context, o *office.Office, cmd *cobra.Command, err error) error {
	if !errors.Is(err, mapping.ErrNoLink) || cmd.Flags().NArg() == 0 {
		return err
	}
	all, failed := o.Links.All(ctx)
	if failed != nil {
		return err
	}
	typed := cmd.Flags().Arg(0)
	var names []string
	for _, l := range all {
		names = append(names, l.Name)
	}
	meant := near(typed, names)
	if word := near(typed, wordsOf(cmd)); meant == "" && word != "" {
		meant = cmd.CommandPath() + " " + word
	}
	if meant == "" {
		return err
	}
	return &advised{err, fmt.Sprintf("did you mean %q? %s", meant, advice(err))}
}
