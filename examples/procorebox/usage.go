package main

import (
	"errors"
	"fmt"
	"strings"
)

// A usageError is about the command line.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// isUsage reports whether an error is about the command line. The library has no type for its own.
func isUsage(err error) bool {
	if _, ok := errors.AsType[*usageError](err); ok {
		return true
	}
	for _, begin := range []string{"unknown command", "accepts ", "requires ", "if any flags in the group", "required flag"} {
		if strings.HasPrefix(err.Error(), begin) {
			return true
		}
	}
	return false
}
