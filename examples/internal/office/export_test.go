package office_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
)

// told yields values and ends with an error, if there is one.
func told[T any](err error, all ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

func TestNoCellOfCSVIsRunByASpreadsheet(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"=1+2":             "'=1+2",
		"+1":               "'+1",
		"-1":               "'-1",
		"@SUM(A1)":         "'@SUM(A1)",
		"\tx":              "'\tx",
		"\rx":              "'x", /* one that ends no line is dropped */
		"＝1":               "'＝1",
		"a=1":              "a=1",
		"'=1":              "'=1",
		"":                 "",
		"plan, rev. \"B\"": "plan, rev. \"B\"",
		"two\nlines":       "two\nlines",
		"\xff":             "\ufffd",
		"-plan.pdf":        "'-plan.pdf",
		"a;=1":             "a;'=1",
		"a; \"=1":          "a; \"'=1",
		"a\t@b;+c":         "a\t'@b;'+c",
		"=a;-1":            "'=a;'-1",
		"two\n=lines":      "two\n'=lines",
		"a; b = c":         "a; b = c",
	} {
		var out bytes.Buffer
		require.NoError(t, office.Export(&out, "csv", office.HistorySheet(), told(nil, office.HistoryItem{Path: name})))
		rows, err := csv.NewReader(&out).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		require.Len(t, rows[1], len(rows[0]))
		require.Equal(t, want, rows[1][7], "%q", name)
	}
}

func TestCSVIsThatOfRFC4180(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 4, 9, 30, 0, 0, time.FixedZone("CEST", 7200))
	item := office.HistoryItem{Run: 7, At: at, Link: "tower", Tool: "documents", Op: "delete", On: office.BoxService, Kind: "file", Path: `Documents/"A", b.pdf`, Result: "done"}
	var out bytes.Buffer
	require.NoError(t, office.Export(&out, "csv", office.HistorySheet(), told(nil, item)))
	require.Equal(t, "at,run,link,tool,op,on,kind,path,from,result,bytes,by,by_id,changed,reason,error\r\n"+
		"2026-05-04T07:30:00Z,7,tower,documents,delete,box,file,\"Documents/\"\"A\"\", b.pdf\",,done,0,,,,,\r\n", out.String())
}

func TestExcelTakesAnExportForUTF8ThatBeginsWithAMark(t *testing.T) {
	t.Parallel()
	var plain, marked bytes.Buffer
	item := office.HistoryItem{Path: "Documents/Brücke.pdf"}
	require.NoError(t, office.Export(&plain, "csv", office.HistorySheet(), told(nil, item)))
	require.NoError(t, office.Export(&marked, "csv-excel", office.HistorySheet(), told(nil, item)))
	require.Equal(t, "\xef\xbb\xbf"+plain.String(), marked.String())
}

func TestJSONLinesHaveAnObjectForEach(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, office.Export(&out, "jsonl", office.TroubleSheet(), told(nil, office.Trouble{Link: "<a>", Cause: "busy"}, office.Trouble{Link: "b"})))
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Len(t, lines, 2)
	require.JSONEq(t, `{"link":"<a>","cause":"busy","plain":"","next":""}`, lines[0])
	require.Contains(t, lines[0], `"<a>"`)
}

func TestEverySheetHasACellForEachColumn(t *testing.T) {
	t.Parallel()
	require.Len(t, office.HistorySheet().Row(office.HistoryItem{}), len(office.HistorySheet().Columns))
	require.Len(t, office.FileSheet().Row(office.KnownFile{}), len(office.FileSheet().Columns))
	require.Len(t, office.TroubleSheet().Row(office.Trouble{}), len(office.TroubleSheet().Columns))
	require.Len(t, office.RunSheet().Row(mapping.Run{}), len(office.RunSheet().Columns))
}

func TestAFileIsWrittenAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "history.csv")
	write := func(text string, err error) error {
		return office.WriteFile(path, func(w io.Writer) error {
			_, failed := io.WriteString(w, text)
			return errors.Join(failed, err)
		})
	}
	require.NoError(t, write("one", nil))
	broken := errors.New("disk is full")
	require.ErrorIs(t, write("half of tw", broken), broken)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "one", string(text), "what was there stays")
	require.NoError(t, write("two", nil))
	text, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "two", string(text))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing is left over")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077, "nobody else can read it")
}

func TestAnErrorEndsAnExport(t *testing.T) {
	t.Parallel()
	broken := errors.New("damaged")
	for _, format := range office.Formats() {
		require.ErrorIs(t, office.Export(io.Discard, format, office.FileSheet(), told(broken, office.KnownFile{})), broken)
	}
}
