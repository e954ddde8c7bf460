package site

import (
	"fmt"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"time"
)

// An Album of photos. Albums lie side by side.
type Album struct {
	Name   string
	Photos []Photo
}

// A Photo is a JPEG file whose EXIF data say when and where it was taken. Names repeat, even within
// an album.
type Photo struct {
	Name                  string
	Description, Location string
	Taken                 time.Time // with the offset of the camera's clock
	Latitude, Longitude   float64   // degrees
	Uploaded              time.Time
	Author                Person
	Open                  func() (io.ReadCloser, error)
}

// A camera numbers its photos, and begins anew after a while.
type camera struct {
	maker, model string
	name         func(n int) string
}

func cameras() []camera {
	return []camera{
		{"Apple", "iPhone 15", func(n int) string { return fmt.Sprintf("IMG_%04d.jpg", 1120+n%9) }},
		{"samsung", "SM-G556B", func(n int) string { return fmt.Sprintf("20260%d%02d_%06d.jpg", 1+n%3, 1+n%28, 91500+n) }},
		{"OLYMPUS", "TG-6", func(n int) string { return fmt.Sprintf("P%07d.JPG", 3100+n%5) }},
		{"", "", func(int) string { return "image.jpg" }},
	}
}

// photos fills the Photos tool.
func (b *builder) photos() {
	for _, album := range []struct {
		name, text, location string
		count                int
		scene                func(*picture, *rand.Rand)
	}{
		{"Unclassified", "", "", 5, wall},
		{"Progress", "Weekly view from gate 2", "Gate 2", 16, progress},
		{"Level 2 slab pour", "Rebar before the pour", "Level 2", 12, rebar},
		{"MEP rough-in / above ceiling", "Before the ceiling closes", "Level 3", 12, pipes},
		{"Punch: exterior", "Crack at the sill", "South elevation", 9, wall},
		{"Drone 🚁 flights", "", "", 6, progress},
	} {
		a := Album{Name: album.name}
		for i := range album.count {
			a.Photos = append(a.Photos, b.photo(album.name, i, Photo{Description: album.text, Location: album.location}, album.scene))
		}
		b.project.Albums = append(b.project.Albums, a)
	}
	b.project.Albums = append(b.project.Albums, Album{Name: "Owner walk-through (empty so far)"})
}

// photo takes the i-th photo of an album.
func (b *builder) photo(album string, i int, p Photo, scene func(*picture, *rand.Rand)) Photo {
	thing := fmt.Sprintf("photo %s %d", album, i)
	r := b.draw(thing)
	with := cameras()[r.IntN(4)]
	p.Name = with.name(i)
	p.Taken = b.on(7*i+r.IntN(6), r).In(time.FixedZone("", -8*60*60))
	p.Uploaded = p.Taken.Add(time.Duration(1+r.IntN(90)) * time.Minute).UTC()
	p.Latitude = siteLatitude + (r.Float64()-0.5)/2000
	p.Longitude = siteLongitude + (r.Float64()-0.5)/2000
	p.Author = b.project.People[pick(r, superintendent, engineer, electrician)]
	size := pick(r, [2]int{480, 360}, [2]int{640, 480}, [2]int{800, 600}, [2]int{360, 480})
	data := exif{
		maker: with.maker, model: with.model, text: p.Description,
		taken: p.Taken, latitude: p.Latitude, longitude: p.Longitude,
		width: size[0], height: size[1],
	}
	p.Open = b.opener(thing, func(w io.Writer, r *rand.Rand) error {
		pic := newPicture(size[0], size[1])
		scene(pic, r)
		return pic.jpeg(w, data, 60+r.IntN(30))
	})
	return p
}

// orthophoto is what a drone sees from above: one great picture in Documents.
func (b *builder) orthophoto() body {
	return func(w io.Writer, r *rand.Rand) error {
		pic := newPicture(2400, 1600)
		rebar(pic, r)
		taken := b.on(21, r)
		return pic.jpeg(w, exif{
			maker: "DJI", model: "M3E", text: "Orthophoto", taken: taken,
			latitude: siteLatitude, longitude: siteLongitude, width: 2400, height: 1600,
		}, 90)
	}
}

// jpeg writes the picture as a camera would.
func (p *picture) jpeg(w io.Writer, data exif, quality int) error {
	// The encoder's first two bytes open the file. The segment comes right behind them.
	inner := &behindStart{w: w, segment: data.segment()}
	return jpeg.Encode(inner, p.RGBA, &jpeg.Options{Quality: quality})
}

// behindStart puts a segment behind the first two bytes.
type behindStart struct {
	w       io.Writer
	segment []byte
	seen    int
}

func (b *behindStart) Write(p []byte) (int, error) {
	head := min(len(p), max(0, 2-b.seen))
	n, err := b.w.Write(p[:head])
	b.seen += n
	if err != nil {
		return n, err
	}
	if b.seen == 2 && b.segment != nil {
		if _, err := b.w.Write(b.segment); err != nil {
			return n, err
		}
		b.segment = nil
	}
	m, err := b.w.Write(p[head:])
	b.seen += m
	return n + m, err
}
