package main

import (
	"os"
	"strings"
	"testing"
)

func TestTheProgramInTheReadmeIsThisOne(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```go\n")
	shown, _, _ := strings.Cut(rest, "```\n")
	if shown != string(program) {
		t.Errorf("README.md shows another program than main.go: copy main.go into it.\nIt shows:\n%s", shown)
	}
	if strings.Contains(rest, "```go\n") {
		t.Error("README.md shows a second program, which nothing compiles")
	}
}
