package syncer

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"
)

// answer finds out what became of an Intent and returns what to store about it.
func (r *run) answer(ctx context.Context, in *Intent) (Batch, error) {
	end := r.ends[in.On]
	switch in.Op {
	case OpCreateFile, OpCreateFolder:
		return r.answerCreate(ctx, in, end)
	case OpUpdate:
		return r.answerUpdate(ctx, in, end)
	case OpMove:
		e, err := end.lookNow(ctx, in.Old.ID, Entry{ID: in.Parent, Kind: Folder}, in.Name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && (e.Trashed || e.Name != in.Name || e.ParentID != in.Parent) {
			return Batch{}, nil
		}
		return r.done(ctx, in, e, err)
	case OpRestore:
		e, err := end.lookNow(ctx, in.Trash.ID, Entry{ID: in.Parent, Kind: Folder}, in.Name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && e.Trashed {
			return Batch{}, nil
		}
		if err == nil {
			e, err = r.asRestored(ctx, in, e)
		}
		return r.done(ctx, in, e, err)
	case OpDelete:
		return r.answerDelete(ctx, in, end)
	}
	return Batch{}, nil
}

// asRestored returns an item that we restored as it came out of the trash: with the contents that it
// went in with, and under the name that we gave it. What is different now is somebody's edit.
func (r *run) asRestored(ctx context.Context, in *Intent, e Entry) (Entry, error) {
	t, err := r.state.Tombstone(ctx, in.On, in.Trash.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	if err != nil {
		return e, err
	}
	if in.Kind == File && t.Content != "" && t.Content != e.Content {
		e.Content, e.Size, e.Digest = t.Content, UnknownSize, ""
	}
	if !r.ends[in.On].info.CleansNames {
		e.Name, e.ParentID = in.Name, in.Parent
	}
	return e, nil
}

// errAstray: what an Intent was to make is not where it was to be. Somebody may have moved it since.
var errAstray = errors.New("not where it was to be made")

// answerCreate looks for a new item of ours under the intended name.
func (r *run) answerCreate(ctx context.Context, in *Intent, end *endpoint) (Batch, error) {
	parent := Entry{ID: in.Parent, Kind: Folder}
	found, err := end.find(ctx, parent, NameKey(in.Name))
	if err == nil && len(found) == 0 && end.info.CleansNames {
		found, err = end.contents(ctx, parent, func(e *Entry) bool {
			return in.Kind != Folder || alike(e.Name, in.Name) // a folder has no contents to tell it by
		})
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Batch{}, errAstray
	}
	if err != nil {
		return Batch{}, err
	}
	for _, e := range found {
		ours, err := r.ours(ctx, in, &e)
		if err != nil {
			return Batch{}, err
		}
		if ours {
			if !alike(e.Name, in.Name) {
				e.Name = in.Name // no service's cleaning: somebody renamed it since, and that is carried over
			}
			return r.done(ctx, in, e, nil)
		}
	}
	return Batch{}, errAstray
}

// alike reports whether one name may be what a service made of the other: they differ in nothing but
// the blanks and dots around them, and in how many blanks there are between words.
func alike(a, b string) bool {
	core := func(name string) string {
		return strings.Trim(strings.Join(strings.Fields(string(NameKey(name))), " "), " .")
	}
	return core(a) == core(b)
}

func (r *run) answerUpdate(ctx context.Context, in *Intent, end *endpoint) (Batch, error) {
	parent := Entry{ID: in.Parent, Kind: Folder}
	e, err := end.lookNow(ctx, in.Old.ID, parent, in.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && (e.Trashed || e.Content == in.Old.Content):
		if end.info.File.Update == UpdateByReplacement {
			return r.answerCreate(ctx, in, end)
		}
		return Batch{}, nil
	case err != nil:
		return Batch{}, err
	}
	same, err := r.bytesOf(ctx, in, &e)
	if err != nil || !same {
		return Batch{}, err
	}
	return r.done(ctx, in, e, nil)
}

func (r *run) answerDelete(ctx context.Context, in *Intent, end *endpoint) (Batch, error) {
	rec, err := r.state.Record(ctx, in.Record)
	if errors.Is(err, fs.ErrNotExist) {
		return Batch{}, nil
	}
	if err != nil {
		return Batch{}, err
	}
	e, err := end.lookNow(ctx, in.Old.ID, Entry{ID: in.Parent, Kind: Folder}, in.Name)
	gone := err == nil && e.Trashed || errors.Is(err, fs.ErrNotExist) && !(end.info.Trash && end.looker != nil)
	switch {
	case gone:
		out := Outcome{
			At: r.now(), Action: in.ID, Op: OpDelete, On: in.On, Record: rec.ID, Kind: rec.Kind, Path: in.Name,
			Result: Done, Reason: "found done after an interruption", Before: in.Old, By: in.By,
		}
		if err == nil && e.Content != in.Old.Content {
			out.Reason += "; an edit made before it took effect is in the trash with the file"
		}
		b := Batch{Drop: []RecordID{rec.ID}, Tombstones: tombstones(&rec, in.On, "", r.now()), Outcomes: []Outcome{out}}
		r.clear(&b, rec.ID)
		return b, nil
	case err == nil && (e.Guard == "" || e.Guard != rec.Half(in.On).Guard):
		b := Batch{}
		// Nobody knows whether it was not made, or was made and undone by somebody.
		r.tryAgain(&b, in.Record, in.On, in.Name, "an interrupted delete is looked at again")
		return b, nil
	case err == nil || errors.Is(err, fs.ErrNotExist):
		return Batch{}, nil
	}
	return Batch{}, err
}

// tryAgain notes that the next delete of a Record is not the one before: a limit counts it as another.
func (r *run) tryAgain(b *Batch, id RecordID, on Side, path, why string) {
	p, told := r.pending[PendingKey{Record: id}]
	if !told {
		p = Pending{PendingKey: PendingKey{Record: id}, On: on, Path: path, Since: r.now(), Reason: why}
	}
	p.Undone++
	p.NotBefore = time.Time{}
	r.pending[p.PendingKey] = p
	b.Pending = append(b.Pending, p)
}

// ours reports whether an entry is what the Intent wanted to make: no Record has it, and it is of the
// intended kind, size and author, and of the intended bytes. Bytes that stand where they were to be may be
// anybody's: somebody may have saved them again, and otherwise they would be joined by that name.
func (r *run) ours(ctx context.Context, in *Intent, e *Entry) (bool, error) {
	if e.Kind != in.Kind || e.Skip != "" {
		return false, nil
	}
	if known, vacant, err := r.holder(ctx, in.On, e); err != nil || known.ID != 0 && !vacant {
		return false, err
	}
	t, err := r.state.Tombstone(ctx, in.On, e.ID)
	if err == nil && !(r.ends[in.On].info.ReusableIDs && t.Birth != e.Birth) {
		return false, nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	placed := e.Kind == File && e.ParentID == in.Parent && NameKey(e.Name) == NameKey(in.Name)
	if account := r.ends[in.On].info.Account; !placed && account != "" && e.Facts != nil && e.Facts.Author != "" && e.Facts.Author != account {
		return false, nil
	}
	if e.Kind == Folder {
		return true, nil
	}
	return r.bytesOf(ctx, in, e)
}

// bytesOf reports whether e has the contents that the Intent sent: by size, by digest, and where
// neither side tells one, by reading both once.
func (r *run) bytesOf(ctx context.Context, in *Intent, e *Entry) (bool, error) {
	if in.Size >= 0 && e.Size >= 0 && in.Size != e.Size {
		return false, nil
	}
	if in.Digest.Comparable(e.Digest) {
		return in.Digest == e.Digest, nil
	}
	algorithm := in.Digest.Algorithm()
	if algorithm.New() == nil {
		algorithm = SHA256
	}
	got, err := readDigest(ctx, r.ends[in.On].reader, *e, algorithm, r.e.opts.Stall)
	if err != nil {
		return false, err
	}
	if in.Digest != "" {
		return got == in.Digest, nil
	}
	t := in.On.Other()
	sent := in.After.Half(t)
	from := Entry{ID: sent.ID, Kind: File, Name: sent.Name, Content: sent.Content, Guard: sent.Guard, Size: sent.Size, Digest: sent.Digest, Birth: sent.Birth}
	want, err := readDigest(ctx, r.ends[t].reader, from, algorithm, r.e.opts.Stall)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrStale) {
		// The original is gone: without a proof it counts as somebody's edit, unless the service
		// says that we wrote it.
		account := r.ends[in.On].info.Account
		return account != "" && e.Facts != nil && e.Facts.Author == account && in.Size == e.Size, nil
	}
	return err == nil && got == want, err
}
