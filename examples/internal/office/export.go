package office

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/mapping"
)

// Sheet is what an export writes: values with a row of cells for each. The names of columns stay what they are from
// version to version, and new ones come behind the others.
type Sheet[T any] struct {
	Columns []string
	Row     func(T) []string
}

// HistorySheet has a row for each item that was done. RunSheet has one for each run, FileSheet for each item that is
// remembered, TroubleSheet for each trouble.
func HistorySheet() Sheet[HistoryItem] {
	return Sheet[HistoryItem]{
		[]string{"at", "run", "link", "tool", "op", "on", "kind", "path", "from", "result", "bytes", "by", "by_id", "changed", "reason", "error"},
		func(i HistoryItem) []string {
			return []string{
				instant(i.At), number64(i.Run), i.Link, string(i.Tool), i.Op, string(i.On), i.Kind, i.Path, i.From, i.Result,
				strconv.FormatInt(i.Bytes, 10), i.By, i.ByID, instant(i.Changed), i.Reason, i.Err,
			}
		},
	}
}

// RunSheet is described at HistorySheet.
func RunSheet() Sheet[mapping.Run] {
	return Sheet[mapping.Run]{
		[]string{
			"run", "link", "tool", "by", "started", "ended", "result", "reason", "cause", "full", "times", "writes", "uploads", "moves", "deletes",
			"conflicts", "held", "skipped", "failed", "bytes", "calls_box", "calls_procore",
		},
		func(r mapping.Run) []string {
			row := []string{
				number64(r.Number), r.Name, string(r.Tool), r.By, instant(r.Started), instant(r.Ended), string(r.State), r.Reason, string(r.Cause),
				strconv.FormatBool(r.Full),
			}
			t := r.Totals
			for _, n := range []int{r.Times, t.Writes, t.Uploads, t.Moves, t.Deletes, t.Conflicts, t.Held, t.Skipped, t.Failed} {
				row = append(row, strconv.Itoa(n))
			}
			for _, n := range []int64{t.Bytes, r.Calls[string(BoxService)], r.Calls[string(ProcoreService)]} {
				row = append(row, strconv.FormatInt(n, 10))
			}
			return row
		},
	}
}

// FileSheet is described at HistorySheet.
func FileSheet() Sheet[KnownFile] {
	return Sheet[KnownFile]{
		[]string{
			"link", "tool", "path", "kind", "state", "reason", "size", "procore_id", "procore_version", "procore_name", "procore_modified",
			"procore_link", "box_id", "box_version", "box_name", "box_modified", "box_link",
		},
		func(f KnownFile) []string {
			size := ""
			if f.Size >= 0 && f.Kind == "file" {
				size = strconv.FormatInt(f.Size, 10)
			}
			row := []string{f.Link, string(f.Tool), f.Path, f.Kind, f.State, f.Reason, size}
			for _, s := range []*KnownSide{f.Procore, f.Box} {
				if s == nil {
					s = &KnownSide{}
				}
				row = append(row, s.ID, s.Version, s.Name, instant(s.Modified), s.Link)
			}
			return row
		},
	}
}

// TroubleSheet is described at HistorySheet.
func TroubleSheet() Sheet[Trouble] {
	return Sheet[Trouble]{
		[]string{"link", "tool", "path", "on", "cause", "plain", "next", "reason", "since", "tried", "next_try", "confirm"},
		func(t Trouble) []string {
			return []string{
				t.Link, string(t.Tool), t.Path, string(t.On), string(t.Cause), t.Plain, t.Next, t.Reason, instant(t.Since), strconv.Itoa(t.Tried),
				instant(t.NextTry), t.Confirm,
			}
		},
	}
}

func number64(n uint64) string { return strconv.FormatUint(n, 10) }

// instant is a time as RFC 3339 has it, by UTC; empty if there is none.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Formats are those that an export can have: csv-excel is csv behind the mark without which Excel does not take a file
// for UTF-8.
func Formats() []string { return []string{"csv", "csv-excel", "jsonl"} }

// Export writes values: as CSV by RFC 4180 in UTF-8 with a line of column names, or as JSON Lines with an object
// for each. It keeps none of them. What a spreadsheet could take for a formula in a cell of CSV gets a ' before
// it, since anybody can name a file.
func Export[T any](w io.Writer, format string, s Sheet[T], all iter.Seq2[T, error]) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var err error
	switch format {
	case "jsonl":
		err = exportLines(out, all)
	case "csv-excel":
		if _, err = out.WriteString("\ufeff"); err == nil {
			err = exportCSV(out, s, all)
		}
	default:
		err = exportCSV(out, s, all)
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

func exportLines[T any](w io.Writer, all iter.Seq2[T, error]) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	for v, err := range all {
		if err == nil {
			err = lines.Encode(v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func exportCSV[T any](w io.Writer, s Sheet[T], all iter.Seq2[T, error]) error {
	cells := csv.NewWriter(w)
	cells.UseCRLF = true
	if err := cells.Write(s.Columns); err != nil {
		return err
	}
	for v, err := range all {
		if err != nil {
			return err
		}
		row := s.Row(v)
		for i, cell := range row {
			row[i] = harmless(cell)
		}
		if err := cells.Write(row); err != nil {
			return err
		}
	}
	cells.Flush()
	return cells.Error()
}

// What a spreadsheet could take for a formula: what begins a cell so, and what stands so behind a separator of
// those that people use instead of the comma, whatever quotes and blanks are between.
var (
	formula = regexp.MustCompile(`^[=+\-@＝＋－＠\t\r\n]`)
	behind  = regexp.MustCompile(`([;\t\r\n]["' ]*)([=+\-@＝＋－＠])`)
)

// harmless is a cell that no spreadsheet runs.
func harmless(cell string) string {
	cell = behind.ReplaceAllString(strings.ToValidUTF8(cell, "\ufffd"), "$1'$2")
	if formula.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

// WriteFile lets write fill a file that has its name only when it is complete; until then, and if anything goes
// wrong, what was there under that name stays. Only its owner can read it.
func WriteFile(path string, write func(w io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, plainCause(err))
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Sync(); err == nil {
		err = f.Close()
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, plainCause(err))
	}
	return nil
}

// plainCause leaves out of an error of a file what file it was, where that is one which nobody has named.
func plainCause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
