package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"image/jpeg"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bep/imagemeta"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

// A thing is any file of a project.
type thing struct {
	where string
	name  string
	open  func() (io.ReadCloser, error)
}

// things yields every file of every tool.
func things(p *Project) []thing {
	var all []thing
	for _, f := range p.Files {
		all = append(all, thing{"documents " + strings.Join(f.Path, " > "), f.Path[len(f.Path)-1], f.Open})
	}
	for _, a := range p.Albums {
		for i, photo := range a.Photos {
			all = append(all, thing{fmt.Sprintf("photo %d of %s", i, a.Name), photo.Name, photo.Open})
		}
	}
	attached := func(where string, files []Attachment) {
		for i, a := range files {
			all = append(all, thing{fmt.Sprintf("attachment %d of %s", i, where), a.Name, a.Open})
		}
	}
	for _, q := range p.RFIs {
		attached("RFI "+q.Number, q.Attachments)
		for i, a := range q.Answers {
			attached(fmt.Sprintf("answer %d of RFI %s", i, q.Number), a.Attachments)
		}
	}
	for _, s := range p.Submittals {
		attached("submittal "+s.Number+"."+s.Revision, s.Attachments)
	}
	return all
}

func read(t *testing.T, open func() (io.ReadCloser, error)) []byte {
	t.Helper()
	body, err := open()
	require.NoError(t, err)
	data, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	return data
}

func TestTheProjectIsOfABelievableSize(t *testing.T) {
	p := New(Options{})
	all := things(p)
	var total int64
	sizes := map[string]int{}
	for _, x := range all {
		n := len(read(t, x.open))
		total += int64(n)
		switch {
		case n == 0:
			sizes["empty"]++
		case n < 1<<10:
			sizes["under 1 KiB"]++
		case n < 100<<10:
			sizes["under 100 KiB"]++
		case n < 1<<20:
			sizes["under 1 MiB"]++
		default:
			sizes["more"]++
		}
	}
	t.Logf("%d folders, %d files, %d albums, %d RFIs, %d submittals; in all %d files of %d bytes: %v",
		len(p.Folders), len(p.Files), len(p.Albums), len(p.RFIs), len(p.Submittals), len(all), total, sizes)
	require.Greater(t, len(all), 200)
	require.Less(t, len(all), 350)
	require.Less(t, total, int64(64<<20))
	require.Len(t, sizes, 5, "of each size there is one")
}

func TestEachFileIsWhatItsNameSays(t *testing.T) {
	api.DisableConfigDir()
	kinds := map[string]int{}
	for _, x := range things(New(Options{Seed: 7})) {
		data := read(t, x.open)
		kind := strings.ToLower(path.Ext(x.name))
		kinds[kind]++
		switch kind {
		case ".pdf":
			require.NoError(t, api.Validate(bytes.NewReader(data), model.NewDefaultConfiguration()), x.where)
		case ".jpg":
			_, err := jpeg.Decode(bytes.NewReader(data))
			require.NoError(t, err, x.where)
		case ".csv":
			rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
			require.NoError(t, err, x.where)
			require.Greater(t, len(rows), 1, x.where)
		case ".zip":
			require.Equal(t, "PK\x03\x04", string(data[:4]), x.where)
		case ".dxf":
			require.True(t, bytes.HasSuffix(data, []byte("0\r\nEOF\r\n")), x.where)
		case ".las":
			require.Equal(t, "LASF", string(data[:4]), x.where)
			points := int(binary.LittleEndian.Uint32(data[107:]))
			require.Len(t, data, lasHeader+points*lasPoint, x.where)
			require.Greater(t, len(data), 20_000_000, "large enough for an upload in parts")
		}
	}
	for _, kind := range []string{".pdf", ".jpg", ".csv", ".zip", ".dxf", ".las", ".eml", ".ics", ".txt"} {
		require.Positive(t, kinds[kind], "no %s", kind)
	}
}

func TestTheSameSeedGivesTheSameProject(t *testing.T) {
	digest := func(seed uint64) string {
		h := sha256.New()
		for _, x := range things(New(Options{Seed: seed})) {
			body, err := x.open()
			require.NoError(t, err)
			fmt.Fprintf(h, "\n%s\n", x.where)
			_, err = io.Copy(h, body)
			require.NoError(t, err)
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	first := digest(3)
	require.Equal(t, first, digest(3))
	require.NotEqual(t, first, digest(4))
}

func TestAFileCanBeOpenedAgain(t *testing.T) {
	p := New(Options{})
	for _, f := range []File{p.Files[0], p.Files[len(p.Files)-1]} {
		first := read(t, f.Open)
		require.Equal(t, first, read(t, f.Open))
	}
}

func TestNoFolderIsNeededBeforeItIsThere(t *testing.T) {
	p := New(Options{})
	there := map[string]bool{"": true}
	of := func(names []string) string { return strings.Join(names, "\x00") }
	for _, f := range p.Folders {
		require.True(t, there[of(f.Path[:len(f.Path)-1])], "%q stands before its parent", f.Path)
		require.False(t, there[of(f.Path)], "%q is there twice", f.Path)
		there[of(f.Path)] = true
	}
	for _, f := range p.Files {
		require.True(t, there[of(f.Path[:len(f.Path)-1])], "%q has no folder", f.Path)
		require.False(t, there[of(f.Path)], "%q is there twice", f.Path)
		there[of(f.Path)] = true
	}
}

func TestOnlyTwinsShareAFoldedNameWithASibling(t *testing.T) {
	seen := map[string]bool{}
	twins := 0
	for _, f := range New(Options{}).Files {
		folded := strings.ToLower(norm.NFC.String(strings.Join(f.Path, "\x00")))
		require.Equal(t, f.Twin, seen[folded], "%q", f.Path)
		seen[folded] = true
		if f.Twin {
			twins++
		}
	}
	require.Equal(t, 2, twins)
}

func TestTheDifficultNamesAreThere(t *testing.T) {
	p := New(Options{})
	var all []string
	for _, f := range p.Folders {
		all = append(all, f.Path...)
	}
	for _, f := range p.Files {
		all = append(all, f.Path...)
	}
	for what, is := range map[string]func(string) bool{
		"a slash":                   func(n string) bool { return strings.Contains(n, "/") },
		"a backslash":               func(n string) bool { return strings.Contains(n, `\`) },
		"a colon":                   func(n string) bool { return strings.Contains(n, ":") },
		"what Windows forbids":      func(n string) bool { return strings.ContainsAny(n, `<>"|?*`) },
		"a leading blank":           func(n string) bool { return strings.HasPrefix(n, " ") },
		"a trailing blank":          func(n string) bool { return strings.HasSuffix(n, " ") },
		"a trailing dot":            func(n string) bool { return strings.HasSuffix(n, "Inc.") },
		"dots only":                 func(n string) bool { return n == "..." },
		"a decomposed accent":       func(n string) bool { return !norm.NFC.IsNormalString(n) },
		"an emoji":                  func(n string) bool { return strings.Contains(n, "🏗️") },
		"250 letters":               func(n string) bool { return len(n) >= 250 && len(n) <= 255 },
		"more bytes than letters":   func(n string) bool { return len(n) > 255 && len([]rune(n)) < 255 },
		"a device of Windows":       func(n string) bool { return n == "CON" },
		"no extension":              func(n string) bool { return n == "aux" },
		"a compatibility character": func(n string) bool { return norm.NFC.IsNormalString(n) && !norm.NFKC.IsNormalString(n) },
	} {
		require.True(t, slices.ContainsFunc(all, is), "no name has %s", what)
	}
	deepest := slices.MaxFunc(p.Folders, func(a, b Folder) int { return len(a.Path) - len(b.Path) })
	require.GreaterOrEqual(t, len(deepest.Path), 12)
}

func TestAPhotoSaysWhenAndWhereItWasTaken(t *testing.T) {
	for _, a := range New(Options{}).Albums {
		for _, photo := range a.Photos {
			var tags imagemeta.Tags
			_, err := imagemeta.Decode(imagemeta.Options{
				R: bytes.NewReader(read(t, photo.Open)), ImageFormat: imagemeta.JPEG, Sources: imagemeta.EXIF,
				HandleTag: func(tag imagemeta.TagInfo) error { tags.Add(tag); return nil },
				Warnf:     func(format string, args ...any) { t.Errorf(format, args...) },
			})
			require.NoError(t, err)
			latitude, longitude, err := tags.GetLatLong()
			require.NoError(t, err)
			require.InDelta(t, photo.Latitude, latitude, 1e-6)
			require.InDelta(t, photo.Longitude, longitude, 1e-6)
			taken, err := tags.GetDateTime()
			require.NoError(t, err)
			require.Equal(t, photo.Taken.Format(time.DateTime), taken.Format(time.DateTime))
			require.Equal(t, photo.Taken.Format("-07:00"), tags.EXIF()["OffsetTimeOriginal"].Value)
			require.Equal(t, photo.Taken.UTC().Format("2006:01:02"), tags.EXIF()["GPSDateStamp"].Value)
			require.Equal(t, photo.Description, tags.EXIF()["ImageDescription"].Value)
		}
	}
}

func TestPhotosOfOneAlbumHaveOneName(t *testing.T) {
	for _, a := range New(Options{}).Albums {
		names := map[string]int{}
		for _, photo := range a.Photos {
			names[photo.Name]++
		}
		if a.Name == "Progress" {
			require.Greater(t, slices.Max(slices.Collect(maps.Values(names))), 1, "no camera repeats a name in %v", names)
		}
	}
}

func TestARevisionHasTheNumberOfWhatItReplaces(t *testing.T) {
	byNumber := map[string][]Submittal{}
	for _, s := range New(Options{}).Submittals {
		byNumber[s.Number] = append(byNumber[s.Number], s)
	}
	most := 0
	for number, all := range byNumber {
		for i, s := range all {
			require.Equal(t, fmt.Sprint(i), s.Revision, number)
			require.Equal(t, i == len(all)-1, s.Current, number)
			require.Equal(t, all[0].Title, s.Title)
		}
		most = max(most, len(all))
	}
	require.Equal(t, 3, most)
}

func TestNothingIsYoungerThanTheProject(t *testing.T) {
	now := time.Date(2027, time.May, 3, 12, 0, 0, 0, time.UTC)
	p := New(Options{Now: now})
	for _, f := range p.Files {
		require.False(t, f.Modified.After(now), f.Path)
	}
	for _, q := range p.RFIs {
		require.False(t, q.Updated.After(now) || q.Updated.Before(q.Created), q.Number)
	}
	for _, s := range p.Submittals {
		require.False(t, s.Updated.After(now) || s.Updated.Before(s.Created), s.Title)
	}
	for _, a := range p.Albums {
		for _, photo := range a.Photos {
			require.False(t, photo.Taken.After(now) || photo.Uploaded.Before(photo.Taken), photo.Name)
		}
	}
}

func TestAPrintShowsTheRecordAndTheTimeOfPrinting(t *testing.T) {
	api.DisableConfigDir()
	p := New(Options{})
	at := time.Date(2026, time.March, 14, 8, 0, 0, 0, time.UTC)
	sheets := []Sheet{}
	for _, q := range p.RFIs {
		sheets = append(sheets, q.Sheet())
	}
	for _, s := range p.Submittals {
		sheets = append(sheets, s.Sheet())
	}
	for _, s := range sheets {
		first, again, later := printed(t, s, at), printed(t, s, at), printed(t, s, at.Add(time.Millisecond))
		require.NoError(t, api.Validate(bytes.NewReader(first), model.NewDefaultConfiguration()), s.Title)
		require.Equal(t, first, again)
		require.NotEqual(t, first, later)
	}
	require.Contains(t, text(t, printed(t, p.RFIs[1].Sheet(), at)), "Two anchor bolts collide")
	require.Contains(t, text(t, printed(t, p.RFIs[1].Sheet(), at)), "Attached: IMG_1128.jpg")
	require.Contains(t, text(t, printed(t, p.Submittals[0].Sheet(), at)), "Revise and Resubmit")
}

func printed(t *testing.T, s Sheet, at time.Time) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Render(&b, s, at))
	return b.Bytes()
}

// text is what the pages of a PDF draw, as operators.
func text(t *testing.T, data []byte) string {
	t.Helper()
	ctx, err := api.ReadValidateAndOptimize(bytes.NewReader(data), model.NewDefaultConfiguration())
	require.NoError(t, err)
	var all strings.Builder
	for page := range ctx.PageCount {
		contents, err := pdfcpu.ExtractPageContent(ctx, page+1)
		require.NoError(t, err)
		_, err = io.Copy(&all, contents)
		require.NoError(t, err)
	}
	return all.String()
}
