package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
	for _, begin := range []string{"unknown command", "accepts ", "requires ", "required flag"} {
		if strings.HasPrefix(err.Error(), begin) {
			return true
		}
	}
	return false
}

// helped names the help of a command in an error about its command line, unless the error says what to type.
func helped(cmd *cobra.Command, err error) error {
	if !isUsage(err) || advice(err) != "" || strings.HasSuffix(err.Error(), "?") {
		return err
	}
	return &advised{err, fmt.Sprintf(`"%s --help" says what there is`, cmd.CommandPath())}
}

// takes wants from least to most arguments, and calls them as the command's usage does.
func takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		_, names, _ := strings.Cut(cmd.Use, " ")
		switch {
		case len(args) < least:
			return usage("%s is missing", strings.Fields(names)[len(args)])
		case most == 0 && len(args) > 0:
			return usage("%q is too much: %q takes flags only", args[0], cmd.CommandPath())
		case len(args) > most:
			return usage("%q is too much: the form is %q", args[most], strings.TrimSpace(cmd.CommandPath()+" "+names))
		}
		return nil
	}
}

// flagError says in other words what is wrong with the value of a flag.
func flagError(err error) error {
	wrong, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	want, known := map[string]string{
		"int": "a whole number", "uint64": "a whole number from 0", "float64": "a number", "duration": "a time such as 30s",
	}[wrong.GetFlag().Value.Type()]
	if !known {
		return err
	}
	return fmt.Errorf("--%s must be %s, not %q", wrong.GetFlag().Name, want, wrong.GetValue())
}

// numeric wants the number of something in a service. Empty is nothing.
func numeric(name, value string) error {
	if _, err := strconv.ParseUint(cmp.Or(value, "0"), 10, 63); err != nil {
		return usage("%s must be a number, not %q", name, value)
	}
	return nil
}

// address wants where to listen, or nothing.
func address(name, value string) error {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if value != "" && err != nil {
		return usage("%s must be an address and a port such as 127.0.0.1:9464, or a port such as :9464, not %q", name, value)
	}
	return nil
}

// unheard says why nobody can listen at an address.
func unheard(name, at string, err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	return &advised{fmt.Errorf("%s %s: %w", name, at, err), "name an address of this machine, and a port that no other program has"}
}

var exclusive = regexp.MustCompile(`^if any flags in the group .* were all set$`)

// plainly says in other words that flags exclude each other.
func plainly(err error) error {
	if err == nil || !exclusive.MatchString(err.Error()) {
		return err
	}
	text := err.Error()
	set := strings.Fields(text[strings.LastIndex(text, "[")+1 : strings.LastIndex(text, "]")])
	for i := range set {
		set[i] = "--" + set[i]
	}
	return usage("%s exclude each other", strings.Join(set, " and "))
}
