package sqlite

import (
	"os"
	"strings"
)

// machine returns a name of this machine that stays the same from process to process. If the host is
// renamed meanwhile, a lease from before is taken for another machine's and has to run out.
func machine() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	// Containers share a host name more often than an ID, and copies of one image the ID.
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil {
		return host
	}
	return host + " " + strings.TrimSpace(string(id))
}
