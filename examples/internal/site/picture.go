package site

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
)

// A picture is what a camera would see. Places on it are shares of its width and height, from 0 to 1.
type picture struct{ *image.RGBA }

func newPicture(width, height int) *picture {
	return &picture{image.NewRGBA(image.Rect(0, 0, width, height))}
}

// box fills a rectangle.
func (p *picture) box(left, top, right, bottom float64, c color.RGBA) {
	w, h := float64(p.Rect.Dx()), float64(p.Rect.Dy())
	draw.Draw(p.RGBA, image.Rect(int(left*w), int(top*h), int(right*w), int(bottom*h)), image.NewUniform(c), image.Point{}, draw.Src)
}

// fade fills a band from one colour to the other.
func (p *picture) fade(top, bottom float64, from, to color.RGBA) {
	first, last := int(top*float64(p.Rect.Dy())), int(bottom*float64(p.Rect.Dy()))
	for y := first; y < last; y++ {
		share := (y - first) * 256 / (last - first)
		mix := func(a, b uint8) uint8 { return uint8((int(a)*(256-share) + int(b)*share) >> 8) } //nolint:gosec // between two bytes
		c := color.RGBA{mix(from.R, to.R), mix(from.G, to.G), mix(from.B, to.B), 255}
		draw.Draw(p.RGBA, image.Rect(0, y, p.Rect.Dx(), y+1), image.NewUniform(c), image.Point{}, draw.Src)
	}
}

// line draws a line that is so many pixels thick.
func (p *picture) line(x1, y1, x2, y2 float64, thick int, c color.RGBA) {
	w, h := float64(p.Rect.Dx()), float64(p.Rect.Dy())
	steps := int(max(abs(x2-x1)*w, abs(y2-y1)*h)) + 1
	for i := range steps + 1 {
		share := float64(i) / float64(steps)
		x, y := int((x1+(x2-x1)*share)*w), int((y1+(y2-y1)*share)*h)
		draw.Draw(p.RGBA, image.Rect(x, y, x+thick, y+thick), image.NewUniform(c), image.Point{}, draw.Src)
	}
}

// grain adds the noise of a small sensor.
func (p *picture) grain(r *rand.Rand) {
	for i := 0; i < len(p.Pix); i += 4 {
		chance := r.Uint32()
		for j := range 3 {
			p.Pix[i+j] = uint8(min(255, int(p.Pix[i+j])+int(chance>>(4*j)&7))) //nolint:gosec // at most 255
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }

// progress is the building from the street, with a crane, at some stage.
func progress(p *picture, r *rand.Rand) {
	light := pick[uint8](r, 0, 10, 20, 30, 40)
	p.fade(0, 0.75, color.RGBA{90 + light, 140 + light, 200, 255}, color.RGBA{210, 220, 225, 255})
	p.fade(0.75, 1, color.RGBA{120, 105, 85, 255}, color.RGBA{95, 85, 70, 255})
	frame := color.RGBA{110, 60, 45, 255}
	floors := 1 + r.IntN(5)
	for level := range floors {
		y := 0.75 - 0.12*float64(level+1)
		p.box(0.15, y, 0.8, y+0.02, color.RGBA{170, 170, 165, 255})
		for column := range 7 {
			x := 0.16 + 0.1*float64(column)
			p.box(x, y, x+0.012, y+0.12, frame)
		}
		if level+2 < floors { // the skin follows two floors below
			p.box(0.17, y+0.03, 0.79, y+0.11, color.RGBA{70, 110, 140, 255})
		}
	}
	crane := color.RGBA{230, 170, 20, 255}
	mast := 0.83 + 0.1*r.Float64()
	p.box(mast, 0.1, mast+0.015, 0.75, crane)
	p.line(mast-0.5, 0.12, mast+0.1, 0.1, 3, crane)
	p.line(mast-0.3, 0.12, mast-0.3, 0.2+0.3*r.Float64(), 1, color.RGBA{40, 40, 40, 255})
	p.grain(r)
}

// rebar is a mat of bars on a deck.
func rebar(p *picture, r *rand.Rand) {
	p.fade(0, 1, color.RGBA{150, 155, 160, 255}, color.RGBA{120, 122, 128, 255})
	bar, lean := color.RGBA{125, 70, 40, 255}, 0.1*r.Float64()
	for i := range 16 {
		at := float64(i) / 15
		p.line(at, 0, min(1, at+lean), 1, 4, bar)
		p.line(0, at, 1, min(1, at+lean/2), 4, bar)
	}
	p.grain(r)
}

// pipes is what hangs above a ceiling.
func pipes(p *picture, r *rand.Rand) {
	p.fade(0, 1, color.RGBA{60, 62, 66, 255}, color.RGBA{95, 95, 95, 255})
	for y := 0.05; y < 0.95; y += 0.06 + 0.12*r.Float64() {
		thick := 0.015 + 0.04*r.Float64()
		c := pick(r, color.RGBA{180, 110, 60, 255}, color.RGBA{190, 195, 200, 255}, color.RGBA{150, 30, 30, 255}, color.RGBA{225, 225, 215, 255})
		p.box(0, y, 1, y+thick, c)
		p.box(0, y, 1, y+thick/4, color.RGBA{c.R/2 + 120, c.G/2 + 120, c.B/2 + 120, 255})
	}
	for range 4 {
		x := r.Float64()
		p.box(x, 0, x+0.006, 1, color.RGBA{40, 40, 40, 255})
	}
	p.grain(r)
}

// wall is plaster with a crack.
func wall(p *picture, r *rand.Rand) {
	p.fade(0, 1, color.RGBA{205, 198, 185, 255}, color.RGBA{180, 172, 160, 255})
	p.box(0.1, 0.1, 0.45, 0.5, color.RGBA{85, 115, 140, 255})
	x, y := 0.45, 0.5
	for range 12 {
		nx, ny := x+0.03*r.Float64(), y+0.05*r.Float64()-0.005
		p.line(x, y, nx, ny, 2, color.RGBA{60, 55, 50, 255})
		x, y = nx, ny
	}
	p.grain(r)
}
