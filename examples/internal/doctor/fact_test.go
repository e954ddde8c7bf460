package doctor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/doctor"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// switchOf names the switch of a fake that each Fact is about, and the answer in both of its positions.
var switchOf = map[string]struct{ turn, off, on string }{
	"leading-space":         {"LeadingSpaceRefused", "yes", "no: item_name_invalid"},
	"reserved-characters":   {"ReservedCharactersRefused", "yes", "no: item_name_invalid"},
	"emoji":                 {"EmojiRefused", "yes", "no: item_name_invalid"},
	"length-in-bytes":       {"NameLengthInBytes", "yes", "no: item_name_too_long"},
	"length-in-code-points": {"NameLengthInCodePoints", "no: item_name_too_long", "yes"},
	"fields-add":            {"FieldsAddMini", "no", "yes"},
	"unknown-fields":        {"UnknownFieldsRefused", "yes", "no: 400"},
	"unauthorized":          {"UnauthorizedBody", "401 without a body", "401 with an error object: unauthorized"},
	"range-past-end":        {"RangeBody", "416 without a body", "416 with an error object: requested_range_not_satisfiable"},
	"fold-umlauts":          {"FoldASCIIOnly", "yes", "no"},
	"fold-fully":            {"FoldFully", "no", "yes"},
	"case-rename":           {"CaseRenameRefused", "yes", "no"},
	"move-and-rename":       {"FolderPutSplit", "yes", "no"},
	"metadata-etag":         {"MetadataRaisesETag", "no", "yes"},
	"session-minimum":       {"MinimumInMebibytes", "yes", "no: file_size_too_small"},
	"conflict-shape":        {"ConflictAsList", "as an object", "in a list"},
	"same-content":          {"SameContentIgnored", "yes", "no"},

	"token-life":       {"TokensShort", "about 5400 s", "about 900 s"},
	"company-header":   {"HeaderMissingText", "404 and JSON", "400 and a text"},
	"page-size":        {"SmallPages", "100", "20"},
	"empty-link":       {"EmptyLink", "no", "yes"},
	"open-ranges":      {"OpenRanges", "no: 400", "yes"},
	"quoted-ranges":    {"QuotesRefused", "yes", "no: 400"},
	"root-indexed":     {"RootIndexed", "no", "yes"},
	"bin-indexed":      {"BinLeftOut", "yes", "no"},
	"recycled-indexed": {"RecycledLeftOut", "yes", "no"},
	"parent-filter":    {"ParentFilter", "no", "yes"},
	"error-shape":      {"ErrorsStructured", "404 and errors as a text", "404 and error.code"},
	"status-filter":    {"StatusNeedsArray", "yes", "no: 400"},
	"links-open":       {"LinksOpen", "no: 401", "yes"},
	"ranges":           {"RangesIgnored", "yes", "no: 200"},
	"head":             {"HeadRefused", "yes", "no: 403"},
	"fold-case":        {"NamesFolded", "no", "yes"},
	"kinds-apart":      {"KindsApart", "no", "yes"},
	"characters":       {"CharactersRefused", "yes", "no"},
	"spaces-around":    {"NamesTrimmed", "yes", "no"},
	"empty-files":      {"EmptyRefused", "yes", "no"},
	"extension":        {"ExtensionsFixed", "yes", "no"},
	"rename-version":   {"RenameMakesVersion", "no", "yes"},
	"rename-updated":   {"RenameKeepsUpdated", "yes", "no"},
	"child-touches":    {"ChildTouchesFolder", "no", "yes"},
	"contents-deleted": {"ContentsNotDeleted", "yes", "no"},
	"restore-by-move":  {"RestoreRefused", "yes", "no"},
	"long-names":       {"NamesLimited", "yes", "no"},
	"move-updated":     {"MoveKeepsUpdated", "yes", "no"},
	"move-touches":     {"MoveTouchesContents", "no", "yes"},
	"cycles":           {"CyclesFail", "400", "500"},
	"upload-twice":     {"UploadsReusable", "no", "yes"},
}

func TestEachFactIsWhatTheServiceDoes(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	facts := c.facts(doctor.Scratch{Box: c.folder.ID, Procore: procore.ID(c.scratch.ID)})
	require.Len(t, facts, len(switchOf))
	for name, f := range facts {
		require.Equal(t, switchOf[name].off, f.Answer, "%s: %s", name, f.Open)
	}
	for name, s := range switchOf {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b boxtest.Switches
			var p procoretest.Switches
			found := false
			for _, w := range b.All() {
				if w.Name == s.turn {
					w.Set(&b, true)
					found = true
				}
			}
			for _, w := range p.All() {
				if w.Name == s.turn {
					w.Set(&p, true)
					found = true
				}
			}
			require.True(t, found, "the fakes have no switch %s", s.turn)
			c := newClinic(t, b, p)
			c.hurry()
			f, err := c.doctor.SettleOne(t.Context(), c.link, doctor.Scratch{Box: c.folder.ID, Procore: procore.ID(c.scratch.ID)}, name)
			require.NoError(t, err)
			require.Equal(t, s.on, f.Answer, f.Open)
		})
	}
}

func TestWithoutScratchNothingIsWritten(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	c.procore.ForgetCalls()
	c.box.ForgetCalls()
	open := 0
	for _, f := range c.facts(doctor.Scratch{}) {
		if f.Open != "" {
			require.True(t, f.Writes, "%s: %s", f.Name, f.Open)
			require.Equal(t, "it takes a scratch folder to ask this: --write", f.Open)
			open++
		}
	}
	require.Equal(t, 24, open)
	for _, calls := range []map[string]int{c.procore.Calls(), c.box.Calls()} {
		for route := range calls {
			require.Regexp(t, "^(GET|HEAD|OPTIONS) ", route)
		}
	}
}

func TestTheScratchFoldersAreRemoved(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	before, err := c.procore.Home().List(c.scratch.ID)
	require.NoError(t, err)
	c.facts(doctor.Scratch{Box: c.folder.ID, Procore: procore.ID(c.scratch.ID)})
	after, err := c.procore.Home().List(c.scratch.ID)
	require.NoError(t, err)
	require.Equal(t, before, after)
	left, err := c.box.Home().List(c.folder.ID)
	require.NoError(t, err)
	for _, item := range left {
		require.NotContains(t, item.Name, "doctor")
	}
}

func TestAScratchFolderThatCannotBeMadeIsAnError(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	_, err := c.doctor.Settle(t.Context(), c.link, doctor.Scratch{Box: "4711"})
	require.ErrorContains(t, err, "make a scratch folder in folder 4711 of Box")
	left, err := c.box.Home().List(c.folder.ID)
	require.NoError(t, err)
	for _, item := range left {
		require.NotContains(t, item.Name, "doctor")
	}
}

func TestWhatIsNotAskedHasAReasonAndIsAskedNowhereElse(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	asked := map[string]bool{}
	for _, f := range c.facts(doctor.Scratch{}) {
		asked[string(f.Service)+" "+f.Question] = true
	}
	for _, q := range doctor.NotAsked() {
		about := string(q.Service) + " " + q.Question
		require.False(t, asked[about], "%s, or twice", about)
		asked[about] = true
		require.Regexp(t, `\?$`, q.Question)
		require.NotEmpty(t, q.Section, q.Question)
		require.Greater(t, len(q.Why), 10, q.Question)
	}
}
