// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
)

var separator = regexp.MustCompile(`(?m)^---\s*$`)

// What `helm template` would print, a manifest each. The chart's schema checks the values.
func render(directory, valuesFile string) ([]string, error) {
	chart, err := loader.Load(directory)
	if err != nil {
		return nil, err
	}
	values, err := common.ReadValuesFile(valuesFile)
	if err != nil {
		return nil, err
	}
	release := common.ReleaseOptions{Name: "builds", Namespace: "ci", Revision: 1, IsInstall: true}
	all, err := util.ToRenderValues(chart, values, release, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	strict := engine.Engine{Strict: true}
	files, err := strict.Render(chart, all)
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range files {
		if filepath.Ext(name) == ".yaml" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var manifests []string
	for _, name := range names {
		for _, manifest := range separator.Split(files[name], -1) {
			if strings.TrimSpace(manifest) != "" {
				manifests = append(manifests, strings.TrimLeft(manifest, "\n"))
			}
		}
	}
	return manifests, nil
}
