package procoretest

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// object is JSON.
type object = map[string]any

// A problem is an answer that is not a success (section 13). It is an error, so that the model can
// return it and people's edits can too.
type problem struct {
	status  int
	message string
	field   string        // what is wrong, "" if that is not one place
	more    object        // what else stands beside "errors"
	retry   time.Duration // Retry-After, zero for none
	oauth   string        // the code of the token endpoint: error and error_description
	storage string        // the code of the storage service, which answers XML
	nested  bool          // the text stands in error.error
	plain   bool          // a line of text
	html    bool          // a page instead of JSON
	header  http.Header
}

func (p *problem) Error() string {
	if p.field != "" {
		return fmt.Sprintf("procore answers %d: %s %s", p.status, p.field, p.message)
	}
	return fmt.Sprintf("procore answers %d: %s", p.status, p.message)
}

// Is says what kind of refusal a problem is, for who edits as a [Person]: fs.ErrInvalid, fs.ErrPermission
// or fs.ErrNotExist.
func (p *problem) Is(target error) bool {
	switch target {
	case fs.ErrInvalid:
		return p.status == http.StatusBadRequest || p.status == http.StatusUnprocessableEntity
	case fs.ErrPermission:
		return p.status == http.StatusForbidden
	case fs.ErrNotExist:
		return p.status == http.StatusNotFound
	}
	return false
}

func refuse(status int, message string, args ...any) *problem {
	return &problem{status: status, message: fmt.Sprintf(message, args...)}
}

// badField is the answer to a request with something wrong in one place, which it names. Documents,
// Photos and RFIs answer 400 (section 13); see [problem.unprocessable].
func badField(name, message string, args ...any) *problem {
	p := refuse(http.StatusBadRequest, message, args...)
	p.field = name
	return p
}

// unprocessable is the same problem as the newer tools answer it (section 13).
func (p *problem) unprocessable() *problem {
	p.status = http.StatusUnprocessableEntity
	return p
}

func notFound() *problem { return refuse(http.StatusNotFound, "Not found") }

func forbidden() *problem {
	return refuse(http.StatusForbidden, "You do not have permission to perform this action")
}

// conflict is a 409 (section 4.5).
func conflict(field, message string, args ...any) *problem {
	p := refuse(http.StatusConflict, message, args...)
	p.field = field
	return p
}

func grant(status int, code, description string) *problem {
	return &problem{status: status, oauth: code, message: description}
}

// denied is an answer of the storage service.
func denied(status int, code, message string, args ...any) *problem {
	p := refuse(status, message, args...)
	p.storage = code
	return p
}

// errors is the value of the key "errors" in the first shape.
func (p *problem) errors() any {
	if p.field == "" {
		return p.message
	}
	return object{p.field: []string{p.message}}
}

// sentence is the problem as one text.
func (p *problem) sentence() string {
	if p.field == "" || p.field == "base" {
		return p.message
	}
	name := strings.ReplaceAll(p.field, "_", " ")
	return strings.ToUpper(name[:1]) + name[1:] + " " + p.message
}

// structured is the second shape, which REST v2 has.
func (p *problem) structured() object {
	e := object{"code": fmt.Sprint(p.status), "message": p.sentence()}
	if p.field != "" {
		e["details"] = []object{{"code": fmt.Sprint(p.status), "message": p.message, "source": p.field}}
	}
	return object{"error": e}
}

// body is what a problem says, in the shape that its endpoint uses (section 13). All shapes but
// the first are those of newer or older endpoints, or a switch.
func (p *problem) body(s Switches, version int) object {
	var o object
	switch {
	case p.oauth != "":
		return object{"error": p.oauth, "error_description": p.message}
	case p.nested:
		return object{"error": object{"error": p.message}}
	case version >= 2 || s.ErrorsStructured:
		o = p.structured()
	case s.ErrorsLegacy && slices.Contains([]int{400, 401, 403}, p.status):
		o = object{"code": 56, "message": "", "fields": p.field, "reason": "", "error": p.sentence()}
	case s.ErrorsSingular:
		o = object{"error": p.sentence()}
	default:
		o = object{"errors": p.errors()}
	}
	maps.Copy(o, p.more)
	return o
}
