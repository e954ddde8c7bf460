package boxtest

import (
	"fmt"
	"net/http"
	"time"
)

// A problem is an answer that is not a success, in Box's words: section 8 of the fact sheet lists the
// codes. It is an error, so that the model can return it and people's edits can too.
type problem struct {
	status  int
	code    string
	message string
	context object        // context_info, nil for none
	field   string        // what is wrong, "" if that is not one place
	reason  string        // and why
	retry   time.Duration // Retry-After, zero for none
	oauth   bool          // the shape of the token endpoint: error and error_description
	empty   bool          // no body at all
	html    bool          // a page instead of JSON
	header  http.Header
}

func (p *problem) Error() string {
	text := fmt.Sprintf("box answers %d %s: %s", p.status, p.code, p.message)
	if p.field != "" {
		text += fmt.Sprintf(" (%s: %s)", p.field, p.reason)
	}
	return text
}

func refuse(status int, code, message string, args ...any) *problem {
	return &problem{status: status, code: code, message: fmt.Sprintf(message, args...)}
}

// badField is the answer to a request with something wrong in one place, which it names.
func badField(name, message string, args ...any) *problem {
	return because(refuse(http.StatusBadRequest, "bad_request", "Bad Request"), "invalid_parameter", name, message, args...)
}

// because adds the place and the reason to a problem.
func because(p *problem, reason, name, message string, args ...any) *problem {
	p.field, p.reason = name, fmt.Sprintf(message, args...)
	p.context = object{"errors": []object{{"reason": reason, "name": name, "message": p.reason}}}
	return p
}

func notFound() *problem {
	return refuse(http.StatusNotFound, "not_found", "Not Found")
}

func inTrash() *problem {
	return refuse(http.StatusNotFound, "trashed", "Item is trashed")
}

func notInTrash() *problem {
	return refuse(http.StatusNotFound, "not_trashed", "Item is not trashed")
}

func forbidden() *problem {
	return refuse(http.StatusForbidden, "access_denied_insufficient_permissions",
		"Access denied - insufficient permission")
}

func precondition() *problem {
	return refuse(http.StatusPreconditionFailed, "precondition_failed",
		"The resource has been modified. Please retrieve the resource again and retry")
}

func blocked() *problem {
	return refuse(http.StatusConflict, "operation_blocked_temporary",
		"The operation is blocked by another on-going operation")
}

func methodNotAllowed() *problem {
	return refuse(http.StatusMethodNotAllowed, "method_not_allowed", "Method Not Allowed")
}

func grant(code, description string) *problem {
	return &problem{status: http.StatusBadRequest, code: code, message: description, oauth: true}
}
