package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

// ruleFlags are the rules that "link add" and "link edit" take. They have the same words, and the same
// defaults, as mapping.Rules.
type ruleFlags struct {
	deletes, photoDeletes, names, conflict, adopt string
	deleteLimit                                   int
	direction, include, exclude                   []string
}

// aboutPatterns says in the help what --include and --exclude take.
const aboutPatterns = `

Patterns of --include and --exclude are compared with whole paths below the folder of a tool, in each
tool: '**/*.tmp', 'Drawings/**'. One that begins with the folder of a tool counts in that tool only:
'Documents/01*/**', 'Photos/Unclassified/**'. "*" stands for anything but a slash, "**" for any number
of folders, "?" for one character, {pdf,dwg} for one of several words. What matches a folder holds for
all that is in it. Upper and lower case are the same. What is left out is left alone on both sides;
"files" and "why" tell of it.`

// register adds the flags to a command. fresh says that what is not named has its default, which the help
// tells then.
func (f *ruleFlags) register(cmd *cobra.Command, fresh bool) {
	flags := cmd.Flags()
	start := ruleFlags{}
	if fresh {
		start = ruleFlags{deletes: "on", photoDeletes: "off", names: "lossless", conflict: "both", adopt: "verify", deleteLimit: mapping.Rules{}.Limit()}
	}
	flags.StringVar(&f.deletes, "deletes", start.deletes, "carry deletes over: `on|off`")
	flags.IntVar(&f.deleteLimit, "delete-limit", start.deleteLimit, "carry over at most `N` deletes in any 24 hours and hold the rest")
	flags.StringVar(&f.photoDeletes, "photo-deletes", start.photoDeletes, "carry deletes of photos over: `on|off`")
	flags.StringVar(&f.names, "names", start.names, "what becomes of names that the other side cannot hold: `lossless|hyphen`")
	flags.StringVar(&f.conflict, "conflict", start.conflict, "what wins if both sides changed a file: `both|newest|procore|box|leave`")
	flags.StringArrayVar(&f.direction, "direction", nil, "which way a tool flows, `TOOL=both|to-box|to-procore`; may be repeated")
	flags.StringArrayVar(&f.include, "include", nil, "only paths that match `GLOB`; as --exclude")
	flags.StringArrayVar(&f.exclude, "exclude", nil, "no paths that match `GLOB`: below the folder of each tool, or of the one that it begins with; may be repeated, \"\" takes all away")
	flags.StringVar(&f.adopt, "adopt", start.adopt, "files that are on both sides before the first sync: `verify|trust|ask`")
	for flag, words := range choices() {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	}
}

// choices are the words that flags take.
func choices() map[string][]string {
	return map[string][]string{
		"deletes": {"on", "off"}, "photo-deletes": {"on", "off"}, "names": {"lossless", "hyphen"},
		"conflict": {"both", "newest", "procore", "box", "leave"}, "adopt": {"verify", "trust", "ask"},
	}
}

// check looks at the flags one by one, so that an error names the one that is wrong.
func (f *ruleFlags) check(cmd *cobra.Command, l *mapping.Link) error {
	all := choices()
	for _, flag := range slices.Sorted(maps.Keys(all)) {
		if value := cmd.Flag(flag).Value.String(); cmd.Flags().Changed(flag) && !slices.Contains(all[flag], value) {
			return usage("--%s must be one of %s, not %q", flag, strings.Join(all[flag], ", "), value)
		}
	}
	if f.deleteLimit < 0 {
		return usage("--delete-limit must be 0 or more, not %d", f.deleteLimit)
	}
	if err := checkPatterns("include", f.include, l); err != nil {
		return err
	}
	return checkPatterns("exclude", f.exclude, l)
}

// checkPatterns looks for what is none, and for what is of a tool that the link does not have and so would do nothing.
func checkPatterns(flag string, all []string, l *mapping.Link) error {
	for _, p := range all {
		tool, rest := mapping.PatternTool(p)
		if _, err := policy.NewGlobs(policy.GlobOptions{Include: []string{rest}}); err != nil && p != "" {
			return usage("--%s %q is no pattern", flag, p)
		}
		if tool != "" && !slices.Contains(l.Tools, tool) {
			return &advised{
				fmt.Errorf("--%s %q is about %s, and the tools of the link are %s: %w", flag, p, tool, words(l.Tools), syncer.ErrInvalid),
				fmt.Sprintf("for a folder of that name in one of them begin with the tool, as in %q", l.Tools[0].Folder()+"/"+p),
			}
		}
	}
	return nil
}

// apply changes the rules of a link that the command line names.
func (f *ruleFlags) apply(cmd *cobra.Command, l *mapping.Link) error {
	r := &l.Rules
	if err := f.check(cmd, l); err != nil {
		return err
	}
	named := cmd.Flags().Changed
	if named("deletes") {
		r.Deletes = mapping.Switch(f.deletes)
	}
	if named("photo-deletes") {
		r.PhotoDeletes = mapping.Switch(f.photoDeletes)
	}
	if named("delete-limit") {
		r.DeleteLimit = new(f.deleteLimit)
	}
	if named("names") {
		r.Names = mapping.NameRule(f.names)
	}
	if named("conflict") {
		r.Conflict = mapping.ConflictRule(f.conflict)
	}
	if named("adopt") {
		r.Adopt = mapping.Adoption(f.adopt)
	}
	if named("include") {
		r.Include = patterns(f.include)
	}
	if named("exclude") {
		r.Exclude = patterns(f.exclude)
	}
	return f.directions(l)
}

// patterns leaves out empty ones, by which a list is taken away.
func patterns(all []string) []string {
	var out []string
	for _, p := range all {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

func (f *ruleFlags) directions(l *mapping.Link) error {
	r := &l.Rules
	if len(f.direction) == 0 {
		return nil
	}
	r.Directions = maps.Clone(r.Directions)
	if r.Directions == nil {
		r.Directions = map[mapping.Tool]mapping.Direction{}
	}
	for _, text := range f.direction {
		name, way, _ := strings.Cut(text, "=")
		if !slices.Contains([]mapping.Direction{mapping.Both, mapping.ToBox, mapping.ToProcore}, mapping.Direction(way)) {
			return usage("--direction must be TOOL=both|to-box|to-procore, not %q", text)
		}
		tool := mapping.Tool(strings.ToLower(strings.TrimSpace(name)))
		switch {
		case !slices.Contains(l.Tools, tool):
			return usage("--direction names %q, and the tools of the link are %s", name, words(l.Tools))
		case tool.Records() && mapping.Direction(way) != mapping.ToBox:
			return usage("--direction: %s flow to Box only, not %q", tool, way)
		}
		r.Directions[tool] = mapping.Direction(way)
	}
	return nil
}
