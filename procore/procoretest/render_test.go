package procoretest

import (
	"bytes"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestARenderingIsAValidPDF(t *testing.T) { // section 8
	for name, s := range map[string]Sheet{
		"nothing to say":   {},
		"what must escape": {Tool: "RFIs", Title: `(a) \ b`, Lines: []string{"Zürich 👍", "\x00"}},
		"a long one":       {Title: "x", Lines: make([]string, 1000), At: time.Now(), Copy: 7},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, RenderSheet(&b, s))
			text := b.Bytes()
			require.True(t, bytes.HasPrefix(text, []byte("%PDF-1.4\n")))
			require.True(t, bytes.HasSuffix(text, []byte("%%EOF\n")))
			at := regexp.MustCompile(`startxref\n(\d+)\n`).FindSubmatch(text)
			table, err := strconv.Atoi(string(at[1]))
			require.NoError(t, err)
			require.True(t, bytes.HasPrefix(text[table:], []byte("xref\n0 7\n")))
			entries := regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllSubmatch(text[table:], -1)
			require.Len(t, entries, 6)
			for i, e := range entries {
				offset, err := strconv.Atoi(string(e[1]))
				require.NoError(t, err)
				require.True(t, bytes.HasPrefix(text[offset:], []byte(strconv.Itoa(i+1)+" 0 obj\n")))
			}
			stream := regexp.MustCompile(`(?s)/Length (\d+) >>\nstream\n(.*)\nendstream`).FindSubmatch(text)
			require.Equal(t, strconv.Itoa(len(stream[2])), string(stream[1]))
		})
	}
}

func TestNoTwoRenderingsAreEqual(t *testing.T) { // section 15, trap 27
	seen := map[string]bool{}
	now := time.Now()
	for copied := range 100 {
		var b bytes.Buffer
		require.NoError(t, RenderSheet(&b, Sheet{Tool: "RFIs", Title: "1", At: now, Copy: copied}))
		seen[b.String()] = true
	}
	require.Len(t, seen, 100)
}
