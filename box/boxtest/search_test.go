package boxtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestASearchFindsBeginningsOfWords(t *testing.T) { // section 10
	w := newWorld(t, Options{})
	ann := w.box.AddUser("Ann", "ann@x.example")
	_, err := ann.Upload("0", "drawing of hers.pdf", []byte("x"))
	require.NoError(t, err)
	top := w.folder("0", "Project drawings")
	w.file(top, "Site_drawing-7.pdf", "1")
	w.file(top, "redrawing.txt", "2")
	w.file("0", "Drawing.TXT", "3")
	require.Equal(t, []string{"Project drawings", "Drawing.TXT", "Site_drawing-7.pdf"}, w.get("/2.0/search?query=DRAWING").names())
	require.Equal(t, []string{"Site_drawing-7.pdf"}, w.get("/2.0/search?query=drawing&type=file&ancestor_folder_ids="+top).names())
	require.Equal(t, []string{"Drawing.TXT"}, w.get("/2.0/search?query=drawing&file_extensions=txt&limit=200").names())
	r := w.get("/2.0/search?query=drawing&offset=1&limit=1")
	require.Equal(t, []string{"Drawing.TXT"}, r.names())
	require.Equal(t, "3", r.at("total_count"))
	require.Equal(t, "search_results_items", r.at("type"))
	r = newWorld(t, Options{}).get("/2.0/search?type=file")
	w.refused(r, 400, "bad_request")
	require.Equal(t, "missing_parameter", r.at("context_info.errors.0.reason"))
}

func TestASearchLagsByTheSwitch(t *testing.T) { // section 10, trap 22
	clock := NewClock(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	w := newWorld(t, Options{Clock: clock, Switches: Switches{SearchLags: true}})
	w.file("0", "a.txt", "1")
	clock.Advance(9 * time.Minute)
	require.Empty(t, w.get("/2.0/search?query=a").names())
	clock.Advance(time.Minute)
	require.Equal(t, []string{"a.txt"}, w.get("/2.0/search?query=a").names())
}
