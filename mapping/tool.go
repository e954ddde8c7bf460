package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Tool is a part of a Procore project, or of a company, that a [Link] keeps in step. The text is what
// people write in settings.
type Tool string

// The tools that can be kept in step. A company has Documents only.
const (
	Documents  Tool = "documents"
	Photos     Tool = "photos"
	RFIs       Tool = "rfis"
	Submittals Tool = "submittals"
)

// Tools returns all of them, in the order in which they are shown and synced.
func Tools() []Tool { return []Tool{Documents, Photos, RFIs, Submittals} }

// Folder returns the name that the tool's folder gets in Box when it is made. Afterwards people may
// call it as they like.
func (t Tool) Folder() string {
	switch t {
	case Documents:
		return "Documents"
	case Photos:
		return "Photos"
	case RFIs:
		return "RFIs"
	case Submittals:
		return "Submittals"
	}
	return string(t)
}

// Records reports whether the tool holds records that only Procore makes: they flow to Box and never
// back.
func (t Tool) Records() bool { return t == RFIs || t == Submittals }

// Check returns an error that wraps [syncer.ErrInvalid] unless t is one of the constants.
func (t Tool) Check() error {
	if slices.Contains(Tools(), t) {
		return nil
	}
	return fmt.Errorf("tool %q is none of documents, photos, rfis, submittals: %w", string(t), syncer.ErrInvalid)
}

// ParseTools reads a list as people write it, with commas between the tools. Case and blanks do not
// count. The answer is in the order of [Tools].
func ParseTools(list string) ([]Tool, error) {
	var out []Tool
	for word := range strings.SplitSeq(list, ",") {
		t := Tool(strings.ToLower(strings.TrimSpace(word)))
		if err := t.Check(); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	if err := checkTools(out); err != nil {
		return nil, err
	}
	return sortTools(out), nil
}

func checkTools(list []Tool) error {
	if len(list) == 0 {
		return fmt.Errorf("tools: none is chosen: %w", syncer.ErrInvalid)
	}
	for i, t := range list {
		if err := t.Check(); err != nil {
			return err
		}
		if slices.Contains(list[:i], t) {
			return fmt.Errorf("tools: %s is named twice: %w", t, syncer.ErrInvalid)
		}
	}
	return nil
}

func sortTools(list []Tool) []Tool {
	return slices.DeleteFunc(Tools(), func(t Tool) bool { return !slices.Contains(list, t) })
}
