package procore

import "encoding/json"

// Limit makes uploads go in parts from very small sizes on.
func (c *Client) Limit(simple, segment int64) { c.simple, c.segment = simple, segment }

// DecodeAnswer makes an error of an answer of Procore, DecodeStorage of one of its storage.
var (
	DecodeAnswer  = decodeAnswer
	DecodeStorage = decodeStorage
)

// IndexOf returns an index of so many documents of one name, as a listing keeps it.
func IndexOf(documents int, name string) any {
	x := &index{}
	x.reserve(documents)
	for i := range documents {
		it := item{id: ID(i + 1), parent: ID(i/100 + 1), name: name, version: ID(i)}
		if err := x.add(&it); err != nil {
			panic(err)
		}
	}
	x.build()
	return x
}

// DecodeIndex reads a page of the flat index.
func DecodeIndex(body []byte) ([]Document, error) {
	var p page[Document]
	err := json.Unmarshal(body, &p)
	return p.items, err
}

// HasNext reports whether a Link header names a next page.
var HasNext = hasNext

// Rolls are what a feed of photos keeps.
type Rolls struct{ of rolls }

// Keep keeps the n-th reading of so many photos, after one came and one went.
func (l *Rolls) Keep(n, photos int) { l.of.keep(rollTo(n, photos)) }

// Knows reports whether a reading is still kept.
func (l *Rolls) Knows(n, photos int) bool {
	_, ok := l.of.get(rollTo(n, photos).print())
	return ok
}

func rollTo(n, photos int) roll {
	var r roll
	for i := range photos {
		r = append(r, rolled{id: ID(562950208716653 + n + i)})
	}
	return r.sorted()
}
