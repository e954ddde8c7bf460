package mapping_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

func TestTheDefaultsAreThoseThatAreToldToPeople(t *testing.T) {
	var r mapping.Rules
	require.Equal(t, 1000, r.Limit())
	for tool, want := range map[mapping.Tool]struct {
		deletes   bool
		direction mapping.Direction
		mode      syncer.Mode
	}{
		mapping.Documents:  {true, mapping.Both, syncer.TwoWay},
		mapping.Photos:     {false, mapping.Both, syncer.TwoWay},
		mapping.RFIs:       {true, mapping.ToBox, syncer.ToDestination},
		mapping.Submittals: {true, mapping.ToBox, syncer.ToDestination},
	} {
		require.Equal(t, want.deletes, r.DeletesIn(tool), tool)
		require.Equal(t, want.direction, r.Direction(tool), tool)
		require.Equal(t, want.mode, r.Direction(tool).Mode(), tool)
	}
	require.Equal(t, syncer.ToSource, mapping.ToProcore.Mode())
}

func TestPhotosHaveASwitchOfTheirOwn(t *testing.T) {
	require.True(t, mapping.Rules{PhotoDeletes: mapping.On}.DeletesIn(mapping.Photos))
	require.False(t, mapping.Rules{PhotoDeletes: mapping.On, Deletes: mapping.Off}.DeletesIn(mapping.Photos), "off is off for all")
	require.False(t, mapping.Rules{Deletes: mapping.Off}.DeletesIn(mapping.Documents))
}

func TestALimitOfNoneIsNotTheDefault(t *testing.T) {
	require.Zero(t, mapping.Rules{DeleteLimit: new(0)}.Limit())
}

func TestAPatternThatBeginsWithAToolCountsInThatToolOnly(t *testing.T) {
	r := mapping.Rules{
		Include: []string{"Documents/01*/**", "**/*.pdf", "photos/Site/**", "/Photos/"},
		Exclude: []string{"Documents/Documents/tmp/**", "Documents", "Document/x", "RFIs//", "{Documents,Photos}/old"},
	}
	for tool, want := range map[mapping.Tool]struct{ include, exclude []string }{
		mapping.Documents:  {[]string{"01*/**", "**/*.pdf"}, []string{"Documents/tmp/**", "Documents", "Document/x", "{Documents,Photos}/old"}},
		mapping.Photos:     {[]string{"**/*.pdf", "Site/**", "**"}, []string{"Documents", "Document/x", "{Documents,Photos}/old"}},
		mapping.RFIs:       {[]string{"**/*.pdf"}, []string{"Documents", "Document/x", "**", "{Documents,Photos}/old"}},
		mapping.Submittals: {[]string{"**/*.pdf"}, []string{"Documents", "Document/x", "{Documents,Photos}/old"}},
	} {
		include, exclude := r.Patterns(tool)
		require.Equal(t, want.include, include, tool)
		require.Equal(t, want.exclude, exclude, tool)
	}
	tool, rest := mapping.PatternTool("**/*.tmp")
	require.Empty(t, tool)
	require.Equal(t, "**/*.tmp", rest)
}

func TestToolsAreReadAsPeopleWriteThem(t *testing.T) {
	got, err := mapping.ParseTools(" RFIs, photos,Documents")
	require.NoError(t, err)
	require.Equal(t, []mapping.Tool{mapping.Documents, mapping.Photos, mapping.RFIs}, got)
	for _, list := range []string{"", " ", "documents,", "documents;photos", "drawings", "photos,photos", "Recycle Bin"} {
		_, err := mapping.ParseTools(list)
		require.ErrorIs(t, err, syncer.ErrInvalid, list)
	}
}

func TestALinkThatMakesNoSenseIsRefusedWithItsField(t *testing.T) {
	for field, change := range map[string]func(l *mapping.Link){
		"company is empty":    func(l *mapping.Link) { l.Company = "" },
		"box-folder is empty": func(l *mapping.Link) { l.Folder = "" },
		`project " 7"`:        func(l *mapping.Link) { l.Project = " 7" },
		`name "a\nb"`:         func(l *mapping.Link) { l.Name = "a\nb" },
		"tools: none":         func(l *mapping.Link) { l.Tools = nil },
		`tool "drawings"`:     func(l *mapping.Link) { l.Tools = []mapping.Tool{"drawings"} },
		"photos is named":     func(l *mapping.Link) { l.Tools = []mapping.Tool{mapping.Photos, mapping.Photos} },
		"documents only":      func(l *mapping.Link) { l.Project = "" },
		`deletes "yes"`:       func(l *mapping.Link) { l.Rules.Deletes = "yes" },
		`photo-deletes "no"`:  func(l *mapping.Link) { l.Rules.PhotoDeletes = "no" },
		"delete-limit":        func(l *mapping.Link) { l.Rules.DeleteLimit = new(-1) },
		`names "short"`:       func(l *mapping.Link) { l.Rules.Names = "short" },
		`conflict "oldest"`:   func(l *mapping.Link) { l.Rules.Conflict = "oldest" },
		`adopt "never"`:       func(l *mapping.Link) { l.Rules.Adopt = "never" },
		"direction of photos": func(l *mapping.Link) { l.Rules.Directions = map[mapping.Tool]mapping.Direction{mapping.Photos: "up"} },
		"direction of rfis": func(l *mapping.Link) {
			l.Rules.Directions = map[mapping.Tool]mapping.Direction{mapping.RFIs: mapping.Both}
		},
		"submittals is not": func(l *mapping.Link) {
			l.Rules.Directions = map[mapping.Tool]mapping.Direction{mapping.Submittals: mapping.ToBox}
		},
		`direction: tool "all`: func(l *mapping.Link) { l.Rules.Directions = map[mapping.Tool]mapping.Direction{"all": mapping.ToBox} },
		"missing ]":            func(l *mapping.Link) { l.Rules.Include = []string{"[a"} },
	} {
		t.Run(field, func(t *testing.T) {
			w := newWorld(t, nil)
			w.bob.Mkdir("Bridge")
			l := mapping.Link{Company: "1", Project: "7", Folder: w.box.ID("Bridge"), Tools: []mapping.Tool{mapping.Documents, mapping.Photos, mapping.RFIs}}
			require.NoError(t, l.Check())
			change(&l)
			_, err := w.Add(t.Context(), l)
			require.ErrorIs(t, err, syncer.ErrInvalid)
			if field != "missing ]" { // the program's policies say that in their own words
				require.ErrorContains(t, err, field)
			}
			all, err := w.All(t.Context())
			require.NoError(t, err)
			require.Empty(t, all)
			require.Empty(t, w.below("Bridge"))
		})
	}
}
