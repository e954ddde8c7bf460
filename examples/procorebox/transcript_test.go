package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sync/errgroup"
)

// tryInScript is "try [--untouched] FILE": it types every line of the file that begins with "$ " into a
// terminal of its own, each with a copy of the data directory as it is now, and prints what a person sees
// there: the line, what comes of it, and the exit code. "cmp stdout FILE" then says that the file has it so.
// With --untouched no command may change anything in its data directory.
//
// Commands that stand together and end alike are answered once. What a command prints that ends well is
// left out, and of a doctor all but failures. A watch that is to end well is interrupted when it says the line
// that stands below it in the file, and that is shown. The middle of a long error is cut to "...", and what differs from one
// run of the tests to the next is replaced by the name of the variable that holds it. Lines that begin with #
// stay as they are.
func tryInScript(ts *testscript.TestScript, neg bool, args []string) {
	untouched := len(args) == 2 && args[0] == "--untouched"
	if neg || !untouched && len(args) != 1 {
		ts.Fatalf("usage: try [--untouched] FILE")
	}
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[len(args)-1]), "\n"), "\n")
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(8) // some wait for a service that does not answer
	said := make([]string, len(lines))
	for i, line := range lines {
		if !isCommand(line) {
			continue
		}
		t := terminal{ts: ts, line: typed(os.Expand(line[2:], ts.Getenv)), data: ts.MkAbs("data-" + strconv.Itoa(i)), awaited: answerBelow(lines[i:]), untouched: untouched}
		ts.Check(copyData(ts.Getenv("PROCOREBOX_DATA"), t.data))
		group.Go(func() (err error) {
			said[i], err = t.try(ctx)
			return errors.Join(err, os.RemoveAll(t.data))
		})
	}
	ts.Check(group.Wait())
	_, err := io.WriteString(ts.Stdout(), transcript(lines, said))
	ts.Check(err)
}

func isCommand(line string) bool { return strings.HasPrefix(line, "$ procorebox ") }

// answerBelow is the line that stands below a command, and below those that are answered with it, if what
// comes then is that it ends well.
func answerBelow(lines []string) string {
	for i, line := range lines {
		if !isCommand(line) {
			if i+1 < len(lines) && lines[i+1] == "exit code 0" {
				return line
			}
			return ""
		}
	}
	return ""
}

// transcript puts what was said below the commands of a file.
func transcript(lines, said []string) string {
	var text strings.Builder
	for i, line := range lines {
		if isCommand(line) || strings.HasPrefix(line, "#") {
			text.WriteString(line + "\n")
		}
		if isCommand(line) && (i+1 == len(lines) || !isCommand(lines[i+1]) || said[i] != said[i+1]) {
			text.WriteString(said[i])
		}
	}
	return text.String()
}

// A terminal is where one command is typed.
type terminal struct {
	ts        *testscript.TestScript
	line      []string
	data      string // the data directory
	awaited   string // what a watch is to say, if it does not end by itself
	untouched bool
}

// try runs the command and returns what came of it.
func (t terminal) try(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	before, err := contents(t.data)
	if err != nil {
		return "", err
	}
	var stdout bytes.Buffer
	cmd := exec.CommandContext(ctx, program, t.line[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout = t.ts.MkAbs("."), t.environment(), &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return "", err
	}
	if t.watches() {
		cmd.Stdout = cmd.Stderr // what is done, and what is not, goes to either
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	said, err := t.listen(cmd, stderr)
	if exit := cmd.Wait(); err == nil && exit != nil && cmd.ProcessState == nil {
		err = exit
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("%v does not end; so far it has said: %s%s", t.line, said, &stdout)
	}
	if err != nil {
		return "", err
	}
	after, err := contents(t.data)
	if t.untouched && !maps.Equal(before, after) {
		return "", fmt.Errorf("%v has changed its data directory", t.line)
	}
	return t.answer(said, stdout.String(), cmd.ProcessState.ExitCode()), err
}

func (t terminal) watches() bool { return t.line[1] == "watch" }

// listen reads what a command says. A watch is interrupted when it says what is awaited, and that is all; if
// it ends by itself, it is what it said last.
func (t terminal) listen(cmd *exec.Cmd, stderr io.Reader) (string, error) {
	if !t.watches() {
		all, err := io.ReadAll(stderr)
		return string(all), err
	}
	in, all := bufio.NewReader(stderr), ""
	for {
		line, err := in.ReadString('\n')
		all += line
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		if t.shown(line) == t.awaited+"\n" {
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				return line, err
			}
			_, err := io.Copy(io.Discard, in)
			return line, err
		}
	}
}

// answer is what a transcript shows.
func (t terminal) answer(said, stdout string, code int) string {
	text := ""
	for line := range strings.Lines(said) {
		text += t.shown(line)
	}
	for line := range strings.Lines(stdout) {
		switch {
		case code == 0:
		case t.line[1] != "doctor":
			text += t.shown(line)
		case strings.HasPrefix(line, "failure"):
			text += t.shown(strings.Join(strings.Fields(line), " ") + "\n")
		}
	}
	return text + "exit code " + strconv.Itoa(code) + "\n"
}

// shown is a line as it stands in a transcript: what was attempted, what to do, and not the middle of a long
// error.
func (t terminal) shown(line string) string {
	attempt, advice, _ := strings.Cut(strings.TrimSuffix(t.plain(line), "\n"), "; ")
	if advice != "" {
		advice = "; " + advice
	}
	if parts := strings.SplitN(attempt, ": ", 4); len(parts) == 4 {
		attempt = parts[0] + ": " + parts[1] + ": ..."
	}
	return attempt + advice + "\n"
}

// passing is what no two runs of the tests need have in common: times, how long to wait, and how often who was called.
var passing = regexp.MustCompile(`asked again in [0-9hms]+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|; \d+ calls? to Box, \d+ to Procore`)

// plain puts names where what stands there differs from one run of the tests to the next.
func (t terminal) plain(text string) string {
	text = strings.ReplaceAll(text, t.data, "$PROCOREBOX_DATA")
	text = strings.ReplaceAll(text, t.ts.MkAbs("."), "$WORK")
	for _, name := range accountVariables {
		value := t.ts.Getenv(name)
		if len(value) < 3 || value == "http://127.0.0.1:1" || value == "tower" {
			continue // the script says it
		}
		text = strings.ReplaceAll(text, value, "$"+name)
		if _, host, is := strings.Cut(value, "://"); is {
			text = strings.ReplaceAll(text, host, "$"+name)
		}
	}
	return passing.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, ";") {
			return ""
		}
		if until, waits := strings.CutPrefix(found, "asked again in "); waits {
			hours, _, _ := strings.Cut(until, "h") // a wait is never to the minute
			return "asked again in " + hours + "h..."
		}
		return strings.Repeat(".", len(found))
	})
}

// accountVariables are those that the fakes print.
var accountVariables = []string{
	"BOX_API_BASE", "BOX_UPLOAD_BASE", "BOX_LOGIN_BASE", "BOX_TOKEN", "BOX_CLIENT_ID", "BOX_CLIENT_SECRET", "BOX_REFRESH_TOKEN", "BOX_FOLDER_ID",
	"PROCORE_BASE", "PROCORE_LOGIN_BASE", "PROCORE_TOKEN", "PROCORE_COMPANY_ID", "PROCORE_PROJECT_ID",
	"PROCORE_CLIENT_ID", "PROCORE_CLIENT_SECRET", "PROCORE_REFRESH_TOKEN",
}

// environment is that of the script, with a data directory of its own.
func (t terminal) environment() []string {
	all := []string{"PROCOREBOX_DATA=" + t.data, "HOME=" + t.ts.MkAbs(".")}
	for _, name := range append([]string{"PATH", "BROWSER", "PROCOREBOX_SETTLE"}, accountVariables...) {
		if value := t.ts.Getenv(name); value != "" {
			all = append(all, name+"="+value)
		}
	}
	return all
}

// contents are those of the files of a directory, by path.
func contents(dir string) (map[string]string, error) {
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == dir {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all[path] = string(content)
		return err
	})
	return all, err
}

// copyData copies a data directory with the rights of its files. Nothing, or a file, is copied, too.
func copyData(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == from {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		there := to + strings.TrimPrefix(path, from)
		if d.IsDir() {
			return os.Mkdir(there, info.Mode().Perm())
		}
		content, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(there, content, info.Mode().Perm())
		}
		return errors.Join(err, os.Chmod(there, info.Mode().Perm()))
	})
}

var inQuotes = regexp.MustCompile(`'[^']*'|\S+`)

// typed reads a command line as a shell does that knows no more than quotes.
func typed(line string) []string {
	all := inQuotes.FindAllString(line, -1)
	for i, word := range all {
		all[i] = strings.Trim(word, "'")
	}
	return all
}
