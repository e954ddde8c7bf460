package fake

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseRange reads the header Range of one part of contents of that size: the bytes from and up to, and
// whether that is a part. Without a range, or with several, the whole is meant.
func ParseRange(header string, size int64) (from, to int64, part bool, err error) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok || strings.Contains(spec, ",") {
		return 0, size, false, nil
	}
	first, last, ok := strings.Cut(spec, "-")
	if !ok {
		return 0, size, false, nil
	}
	if first == "" {
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil || n <= 0 || size == 0 {
			return 0, 0, false, fmt.Errorf("range %q of %d bytes", header, size)
		}
		return max(0, size-n), size, true, nil
	}
	from, err = strconv.ParseInt(first, 10, 64)
	if err != nil || from < 0 || from >= size {
		return 0, 0, false, fmt.Errorf("range %q of %d bytes", header, size)
	}
	to = size
	if last != "" {
		end, err := strconv.ParseInt(last, 10, 64)
		if err != nil || end < from {
			return 0, 0, false, fmt.Errorf("range %q of %d bytes", header, size)
		}
		to = min(size, end+1)
	}
	return from, to, true, nil
}
