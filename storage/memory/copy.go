package memory

import "github.com/procorebox/procorebox/syncer"

// copyRecord returns a Record that shares nothing that can be written to.
func copyRecord(r syncer.Record) syncer.Record {
	r.Source.Facts = copyFacts(r.Source.Facts)
	r.Destination.Facts = copyFacts(r.Destination.Facts)
	return r
}

func copyIntent(i syncer.Intent) syncer.Intent {
	i.After, i.Split = copyRecord(i.After), copyRecord(i.Split)
	return i
}

func copyFacts(f *syncer.Facts) *syncer.Facts {
	if f == nil {
		return nil
	}
	return new(*f)
}

// compact returns a copy to be kept: names that are equal on both sides, as nearly all are, take
// their space once.
func compact(r syncer.Record) syncer.Record {
	r = copyRecord(r)
	for _, half := range []*syncer.Half{&r.Source, &r.Destination} {
		if half.Name == r.Name {
			half.Name = r.Name
		}
	}
	if r.Source.Digest == r.Destination.Digest {
		r.Destination.Digest = r.Source.Digest
	}
	return r
}
