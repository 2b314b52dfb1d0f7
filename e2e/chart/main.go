// SPDX-License-Identifier: Apache-2.0

// Renders a chart with Helm's own engine and looks at what comes out: every manifest must be one of
// Kubernetes' types, field by field, and what refers to something must find it.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	chart := flag.String("chart", "", "the chart's directory")
	values := flag.String("values", "", "a directory of values files that must work")
	wrong := flag.String("wrong", "", "a directory of values files that must not; their second line is part of the error")
	help := flag.String("help", "", "a directory with what --help prints, in a file for each container's name")
	out := flag.String("out", "", "where to write what was rendered")
	flag.Parse()
	known, err := readHelp(*help)
	exitOn(err)
	failures := 0
	for _, file := range files(*values) {
		problems := check(*chart, file, known, *out)
		for _, problem := range problems {
			fmt.Printf("%s: %s\n", filepath.Base(file), problem)
		}
		failures += len(problems)
	}
	for _, file := range files(*wrong) {
		if problem := refuse(*chart, file); problem != "" {
			fmt.Printf("%s: %s\n", filepath.Base(file), problem)
			failures++
		}
	}
	if failures > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d values files render, %d are refused\n", len(files(*values)), len(files(*wrong)))
}

func check(chart, file string, known map[string]map[string]bool, out string) []string {
	manifests, err := render(chart, file)
	if err != nil {
		return []string{err.Error()}
	}
	if out != "" {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml") + ".rendered.yaml"
		exitOn(os.WriteFile(filepath.Join(out, name), []byte(strings.Join(manifests, "---\n")), 0o644))
	}
	objects, problems := decode(manifests)
	if len(problems) > 0 {
		return problems
	}
	return relations(objects, known)
}

// Why a values file that must be refused was not, or not as it says.
func refuse(chart, file string) string {
	text, err := os.ReadFile(file)
	exitOn(err)
	expected := strings.TrimPrefix(strings.Split(string(text), "\n")[1], "# ")
	if _, err := render(chart, file); err == nil {
		return "should be refused"
	} else if !strings.Contains(err.Error(), expected) {
		return fmt.Sprintf("'%s' is not in: %v", expected, err)
	}
	return ""
}

var option = regexp.MustCompile(`(?:^|[\s\[,])(--[A-Za-z][A-Za-z0-9_-]*)`)

// The flags that a help text names.
func readHelp(directory string) (map[string]map[string]bool, error) {
	known := map[string]map[string]bool{}
	for _, path := range files(directory) {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		flags := map[string]bool{}
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			for _, match := range option.FindAllStringSubmatch(lines.Text(), -1) {
				flags[match[1]] = true
			}
		}
		file.Close()
		known[filepath.Base(path)] = flags
	}
	return known, nil
}

func files(directory string) []string {
	entries, err := os.ReadDir(directory)
	exitOn(err)
	var all []string
	for _, entry := range entries {
		all = append(all, filepath.Join(directory, entry.Name()))
	}
	return all
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
