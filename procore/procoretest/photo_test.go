package procoretest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	picture "image"

	"github.com/stretchr/testify/require"
)

// photo adds a photo by HTTP, in the form of the newest reference.
func (w *world) photo(name, content string, image object) result {
	w.Helper()
	return w.post(w.inProject("/images"), object{"upload_uuid": w.upload(name, content), "image_name": name, "image": image})
}

func (w *world) album(name string) int64 {
	w.Helper()
	r := w.post(w.inProject("/image_categories"), object{"image_category": object{"name": name}})
	w.status(http.StatusCreated, r)
	return r.id("id")
}

func TestAlbumsAreFlatAndUnclassifiedIsFixed(t *testing.T) { // section 7.1
	w := newWorld(t, Options{})
	site := w.album("Site")
	list := w.get(w.inProject("/image_categories"))
	require.Equal(t, []string{"Unclassified", "Site"}, list.names())
	require.NotEmpty(t, list.at("0.updated_at"))
	require.Contains(t, list.at("1.links.show"), fmt.Sprintf("/image_categories/%d?project_id=", site))
	alone := w.get(w.inProject(fmt.Sprintf("/image_categories/%d", site)))
	_, told := alone.value("updated_at")
	require.False(t, told, "an album by itself does not tell when it changed")

	fixed := list.at("0.id")
	w.status(400, w.patch(w.inProject("/image_categories/"+fixed), object{"image_category": object{"name": "X"}}))
	w.status(400, w.remove(w.inProject("/image_categories/"+fixed)))
	w.status(400, w.post(w.inProject("/image_categories"), object{"image_category": object{}}))

	renamed := w.patch(w.inProject(fmt.Sprintf("/image_categories/%d", site)), object{"image_category": object{"name": "Roof"}})
	require.Equal(t, "Roof", renamed.at("name"))
	gone := w.remove(w.inProject(fmt.Sprintf("/image_categories/%d", site)))
	w.status(http.StatusOK, gone)
	require.Empty(t, gone.body)
	w.status(404, w.get(w.inProject(fmt.Sprintf("/image_categories/%d", site))))
}

func TestAPhotoHasNoHashAndItsNameIsNotItsOwn(t *testing.T) { // section 7.2, fact 9
	w := newWorld(t, Options{Clock: newClock()})
	album := w.album("Site")
	one := w.photo("IMG_1.jpg", "first", object{"image_category_id": album})
	two := w.photo("IMG_1.jpg", "second", object{"image_category_id": album})
	w.status(http.StatusCreated, one)
	w.status(http.StatusCreated, two)
	require.NotEqual(t, one.id("id"), two.id("id"), "names repeat")
	require.Equal(t, "5", one.at("size"))
	require.Equal(t, "2026-03-01T09:00:00Z", one.at("taken_at"))
	require.Equal(t, "not_tiled", w.get(w.inProject("/images/"+one.at("id"))).at("tiling_status"))
	require.Equal(t, "second", string(w.download(two.at("url")).body))
	for _, word := range []string{"sha", "md5", "etag", "checksum", "hash", "version"} {
		require.NotContains(t, strings.ToLower(strings.ReplaceAll(string(one.body), one.at("url"), "")), word)
	}
	// Neither name nor contents can be changed, and asking for it is no error.
	same := w.patch(w.inProject("/images/"+one.at("id")), object{
		"image_name": "b.jpg", "upload_uuid": w.upload("b.jpg", "other"), "image": object{"filename": "b.jpg", "description": "x"},
	})
	w.status(http.StatusOK, same)
	require.Equal(t, []string{"IMG_1.jpg", "5", "x"}, []string{same.at("filename"), same.at("size"), same.at("description")})
}

func TestAPhotoIsTakenInAllFormsThatSourcesShow(t *testing.T) { // section 7.3
	w := newWorld(t, Options{})
	require.Equal(t, "Unclassified", w.photo("a.jpg", "x", object{"description": ""}).at("image_category_name"))
	w.status(201, w.post(w.inProject("/images"), object{
		"upload": object{"source": "web", "uuid": w.upload("b.jpg", "x"), "image_name": "b.jpg"}, "image": object{"private": true},
	}))
	data := w.multipart("POST", w.inProject("/images"), field{"image[description]", "", "d"}, field{"image[data]", "c.jpg", "content"})
	w.status(201, data)
	require.Equal(t, "content", string(w.download(data.at("url")).body))
	from := w.post(w.inProject("/images"), object{"source_image_id": data.id("id"), "image": object{"private": false}})
	w.status(201, from)
	require.Equal(t, "c.jpg", from.at("filename"))

	w.status(400, w.post(w.inProject("/images"), object{"upload_uuid": w.upload("a.jpg", "x"), "image": object{"private": true}}))
	w.status(400, w.post(w.inProject("/images"), object{"upload_uuid": w.upload("a.jpg", "x"), "image_name": "a.jpg"}))
	w.status(400, w.photo("a.pdf", "x", object{"private": true}))
	w.status(400, w.photo("a.jpg", "x", object{"image_category_id": 4711}))
}

func TestAnUploadThatWasRefusedCanBeUsedAgain(t *testing.T) { // section 5.1
	w := newWorld(t, Options{})
	uuid := w.upload("a.jpg", "x")
	send := func(album int64) int {
		return w.post(w.inProject("/images"), object{
			"upload_uuid": uuid, "image_name": "a.jpg", "image": object{"image_category_id": album},
		}).status
	}
	require.Equal(t, 400, send(4711))
	require.Equal(t, 201, send(w.album("A")))
	require.Equal(t, 400, send(w.album("B")), "once")
}

func TestPhotosAreFilteredSortedAndListedByIDAlone(t *testing.T) { // section 7.2
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	album := w.album("Site")
	var ids []string
	for i := range 3 {
		in := object{"image_category_id": album, "description": fmt.Sprint("number ", i), "starred": i == 1}
		ids = append(ids, w.photo(fmt.Sprintf("%d.jpg", i), "x", in).at("id"))
		clock.Advance(time.Minute)
	}
	other := w.photo("other.jpg", "x", object{"private": true}).at("id")
	list := func(query string) []string {
		r := w.get(w.inProject("/images?" + query))
		w.status(200, r)
		var got []string
		for i := range r.entries() {
			got = append(got, r.at(strconv.Itoa(i)+".id"))
		}
		return got
	}
	require.Equal(t, append(ids, other), list(""))
	require.Equal(t, ids, list(fmt.Sprintf("image_category_id=%d", album)))
	require.Equal(t, ids[1:2], list("filters[starred]=true"))
	require.Equal(t, []string{other}, list("filters[private]=true"))
	require.Equal(t, ids[2:], list("filters[query]=NUMBER+2"))
	require.Equal(t, ids[:2], list("filters[id][]="+ids[0]+"&filters[id][]="+ids[1]))
	require.Equal(t, ids[1:], list("filters[updated_at]=2026-03-01T09:01:00Z...2026-03-01T09:02:00Z"))
	require.Equal(t, []string{other, ids[2], ids[1], ids[0]}, list("sort=-created_at"))
	require.Equal(t, []string{other, ids[2], ids[1], ids[0]}, list("sort=most_recent"))
	w.status(400, w.get(w.inProject("/images?sort=name")))
	w.status(400, w.get(w.inProject("/images?serializer_view=tiny")))

	only := w.get(w.inProject("/images?serializer_view=ids_only&per_page=3"))
	require.Len(t, only.entries(), 3)
	require.Equal(t, ids[0], fmt.Sprint(only.entries()[0]))
	require.Equal(t, "4", only.header.Get("Total"))
	albums := w.get(w.inProject("/image_categories/ids_with_images"))
	require.Len(t, albums.entries(), 2)
}

func TestAPhotoMovesBetweenAlbumsAndGoesToTheBin(t *testing.T) { // section 7.3
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	here, there := w.album("Here"), w.album("There")
	id := w.photo("a.jpg", "x", object{"image_category_id": here}).at("id")
	clock.Advance(time.Minute)
	moved := w.patch(w.inProject("/images/"+id), object{"image": object{"image_category_id": there}})
	require.Equal(t, "There", moved.at("image_category_name"))
	require.Equal(t, "2026-03-01T09:01:00Z", moved.at("updated_at"))
	require.Equal(t, "2026-03-01T09:00:00Z", moved.at("created_at"))

	gone := w.remove(w.inProject("/images/" + id))
	w.status(200, gone)
	require.Empty(t, gone.body)
	w.status(404, w.get(w.inProject("/images/"+id)))
	require.Empty(t, w.get(w.inProject("/images")).entries())
	back := w.patch(strings.TrimPrefix(moved.at("links.retrieve"), w.procore.URLs().API), nil)
	require.Equal(t, id, back.at("id"))
	w.status(200, w.remove(w.inProject("/images/"+id+"?permanent=true")))
	w.status(404, w.patch(w.inProject("/images/"+id+"/retrieve"), nil))
}

// shotOf makes a picture of 3 by 2 points that says when it was taken.
func shotOf(t *testing.T, order binary.AppendByteOrder, taken string) string {
	t.Helper()
	mark := "MM"
	if order.String() == "LittleEndian" {
		mark = "II"
	}
	tiff := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	directory := func(tag uint16, value uint32) {
		tiff = order.AppendUint16(order.AppendUint16(order.AppendUint16(tiff, 1), tag), 4)
		tiff = order.AppendUint32(order.AppendUint32(order.AppendUint32(tiff, 1), value), 0)
	}
	directory(0x8769, 26)
	directory(0x9003, 44)
	tiff = append(tiff, taken...)
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, picture.NewGray(picture.Rect(0, 0, 3, 2))))
	return b.String() + "Exif\x00\x00" + string(tiff)
}

func TestAPhotoTellsItsSizeAndWhenItWasTaken(t *testing.T) { // section 7.3
	w := newWorld(t, Options{Clock: newClock()})
	for name, order := range map[string]binary.AppendByteOrder{"big": binary.BigEndian, "little": binary.LittleEndian} {
		r := w.photo(name+".png", shotOf(t, order, "2025:12:24 18:00:00"), object{"starred": true})
		require.Equal(t, "2025-12-24T18:00:00Z", r.at("taken_at"), name)
		require.Equal(t, []string{"3", "2"}, []string{r.at("width"), r.at("height")})
	}
	for _, broken := range []string{"Exif\x00\x00", "Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff", shotOf(t, binary.BigEndian, "nonsense")} {
		r := w.photo("a.jpg", broken, object{"starred": true})
		require.Equal(t, "2026-03-01T09:00:00Z", r.at("taken_at"), "%q", broken)
	}
}

func TestPeopleEditPhotosBehindTheirClients(t *testing.T) {
	w := newWorld(t, Options{})
	home, project := w.procore.Home(), w.project.ID
	album, err := home.AddAlbum(project, "Site")
	require.NoError(t, err)
	photo, err := home.AddPhoto(project, album.ID, "a.jpg", []byte("x"))
	require.NoError(t, err)
	require.Equal(t, album.ID, photo.AlbumID)
	_, err = home.AddPhoto(project, album.ID, "a.txt", nil)
	require.Error(t, err, "the rules are the same")
	require.NoError(t, home.RenameAlbum(project, album.ID, "Roof"))
	photo, err = home.DescribePhoto(project, photo.ID, "the roof")
	require.NoError(t, err)
	require.Equal(t, "the roof", photo.Description)
	photo, err = home.MovePhoto(project, photo.ID, home.Albums(project)[0].ID)
	require.NoError(t, err)
	require.Equal(t, []Photo{photo}, home.Photos(project))
	content, err := home.ReadPhoto(project, photo.ID)
	require.NoError(t, err)
	require.Equal(t, "x", string(content))
	require.NoError(t, home.DeletePhoto(project, photo.ID))
	require.Empty(t, home.Photos(project))
	require.NoError(t, home.RetrievePhoto(project, photo.ID))
	require.Len(t, home.Photos(project), 1)
	require.NoError(t, home.DeleteAlbum(project, album.ID))
	require.Len(t, home.Albums(project), 1)
	require.Empty(t, w.procore.Calls())
}
