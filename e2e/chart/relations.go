// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// What refers to something that is not there, or is at odds with itself.
type complaints []string

func (all *complaints) add(format string, values ...any) {
	*all = append(*all, fmt.Sprintf(format, values...))
}

func relations(made objects, known map[string]map[string]bool) []string {
	var wrong complaints
	for _, one := range made.workloads {
		if count := len(selected(made, one.selector)); count != 1 {
			wrong.add("%s %s selects the pods of %d workloads", one.kind, one.name, count)
		}
		pod(one, made, &wrong)
		for _, container := range one.pod.Spec.Containers {
			where := one.name + "/" + container.Name
			probes(where, container, &wrong)
			mounts(where, container, one.pod.Spec.Volumes, &wrong)
			security(where, container, one.pod.Spec, &wrong)
			arguments(where, container, known, &wrong)
			dials(where, container, made, &wrong)
			grace(where, container, one.pod.Spec, &wrong)
		}
	}
	for _, service := range made.services {
		serve(service, made, &wrong)
	}
	for _, budget := range made.budgets {
		if len(selected(made, matchLabels(budget.Spec.Selector))) != 1 {
			wrong.add("the budget %s is not that of one workload", budget.Name)
		}
	}
	if len(made.budgets) != len(made.workloads) {
		wrong.add("%d budgets for %d workloads", len(made.budgets), len(made.workloads))
	}
	scalers(made, &wrong)
	return wrong
}

// The workloads whose pods have these labels.
func selected(made objects, labels map[string]string) []workload {
	var found []workload
	for _, one := range made.workloads {
		all := len(labels) > 0
		for name, value := range labels {
			all = all && one.pod.Labels[name] == value
		}
		if all {
			found = append(found, one)
		}
	}
	return found
}

func pod(one workload, made objects, wrong *complaints) {
	account := false
	for _, there := range made.accounts {
		account = account || there.Name == one.pod.Spec.ServiceAccountName
	}
	if !account {
		wrong.add("%s runs as %q, which is not there", one.name, one.pod.Spec.ServiceAccountName)
	}
	if one.kind != "StatefulSet" {
		return
	}
	headless := false
	for _, service := range made.services {
		headless = headless || service.Name == one.service && service.Spec.ClusterIP == core.ClusterIPNone
	}
	if !headless {
		wrong.add("%s has no headless service %q", one.name, one.service)
	}
}

func serve(service core.Service, made objects, wrong *complaints) {
	found := selected(made, service.Spec.Selector)
	if len(found) != 1 {
		wrong.add("the service %s selects %d workloads", service.Name, len(found))
		return
	}
	for _, port := range service.Spec.Ports {
		if !has(found[0].pod.Spec.Containers[0], port.TargetPort) {
			wrong.add("the service %s sends to the port %s, which is not there", service.Name, port.TargetPort.String())
		}
	}
}

func has(container core.Container, port intstr.IntOrString) bool {
	for _, there := range container.Ports {
		if port.Type == intstr.String && there.Name == port.StrVal ||
			port.Type == intstr.Int && there.ContainerPort == port.IntVal {
			return true
		}
	}
	return false
}

func probes(where string, container core.Container, wrong *complaints) {
	expected := map[string]*core.Probe{
		"/readyz": container.ReadinessProbe, "/healthz": container.LivenessProbe,
	}
	for path, probe := range expected {
		if probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Path != path {
			wrong.add("%s has no probe of %s", where, path)
		} else if !has(container, probe.HTTPGet.Port) {
			wrong.add("%s is probed at the port %s, which is not there", where, probe.HTTPGet.Port.String())
		}
	}
}

func mounts(where string, container core.Container, volumes []core.Volume, wrong *complaints) {
	mounted := map[string]bool{}
	for _, mount := range container.VolumeMounts {
		mounted[mount.Name] = true
		there := false
		for _, volume := range volumes {
			there = there || volume.Name == mount.Name
		}
		if !there {
			wrong.add("%s mounts %s, which is no volume", where, mount.Name)
		}
	}
	for _, volume := range volumes {
		if !mounted[volume.Name] {
			wrong.add("%s does not mount %s", where, volume.Name)
		}
	}
	for _, argument := range container.Args {
		_, value, _ := strings.Cut(argument, "=")
		if strings.HasPrefix(value, "/") && !below(value, container.VolumeMounts) {
			wrong.add("%s is told of %s, which no volume has", where, argument)
		}
	}
}

func below(path string, mounts []core.VolumeMount) bool {
	for _, mount := range mounts {
		if path == mount.MountPath || strings.HasPrefix(path, mount.MountPath+"/") {
			return true
		}
	}
	return false
}

func security(where string, container core.Container, spec core.PodSpec, wrong *complaints) {
	own := container.SecurityContext
	if spec.SecurityContext == nil || spec.SecurityContext.RunAsNonRoot == nil || !*spec.SecurityContext.RunAsNonRoot {
		wrong.add("%s may run as root", where)
	}
	if own == nil || own.ReadOnlyRootFilesystem == nil || !*own.ReadOnlyRootFilesystem {
		wrong.add("%s can write to its image", where)
	} else if !below("/tmp", container.VolumeMounts) {
		wrong.add("%s has nowhere to unpack native libraries", where)
	}
}

var variable = regexp.MustCompile(`\$\(([^)]*)\)`)

func arguments(where string, container core.Container, known map[string]map[string]bool, wrong *complaints) {
	flags, ok := known[container.Name]
	if !ok {
		wrong.add("%s: there is no help for %q", where, container.Name)
	}
	environment := map[string]bool{}
	for _, one := range container.Env {
		environment[one.Name] = true
	}
	for _, argument := range container.Args {
		name, _, _ := strings.Cut(argument, "=")
		if strings.HasPrefix(name, "-") && !flags[name] {
			wrong.add("%s: --help does not name %s", where, name)
		}
		for _, reference := range variable.FindAllStringSubmatch(argument, -1) {
			if !environment[reference[1]] {
				wrong.add("%s: %s is set nowhere", where, reference[0])
			}
		}
	}
}

var address = regexp.MustCompile(`=grpcs?://([^:/]+):([0-9]+)$`)

// Who is dialled must be a service of the chart, or a pod of a StatefulSet by its own name.
func dials(where string, container core.Container, made objects, wrong *complaints) {
	for _, argument := range container.Args {
		match := address.FindStringSubmatch(argument)
		if match == nil {
			continue
		}
		name, domain, isPod := strings.Cut(match[1], ".")
		found := isPod && isPodOf(name, domain, made)
		for _, service := range made.services {
			for _, port := range service.Spec.Ports {
				found = found || !isPod && service.Name == name && fmt.Sprint(port.Port) == match[2]
			}
		}
		if !found {
			wrong.add("%s is told of %s, which is not there", where, argument)
		}
	}
}

func isPodOf(name, service string, made objects) bool {
	for _, one := range made.workloads {
		for ordinal := int32(0); one.replicas != nil && ordinal < *one.replicas; ordinal++ {
			if one.service == service && name == fmt.Sprintf("%s-%d", one.name, ordinal) {
				return true
			}
		}
	}
	return false
}

// SIGKILL must not come before the server has ended by itself.
func grace(where string, container core.Container, spec core.PodSpec, wrong *complaints) {
	var pause, drain time.Duration
	if container.Lifecycle != nil && container.Lifecycle.PreStop != nil {
		if container.Lifecycle.PreStop.Sleep == nil {
			wrong.add("%s does something before it is stopped that takes nobody knows how long", where)
		} else {
			pause = time.Duration(container.Lifecycle.PreStop.Sleep.Seconds) * time.Second
		}
	}
	for _, argument := range container.Args {
		if text, found := strings.CutPrefix(argument, "--drain_timeout="); found {
			drain, _ = time.ParseDuration(text)
		}
	}
	if drain <= 0 || spec.TerminationGracePeriodSeconds == nil {
		wrong.add("%s has no drain timeout or no grace period", where)
		return
	}
	given := time.Duration(*spec.TerminationGracePeriodSeconds) * time.Second
	if given < pause+drain+20*time.Second {
		wrong.add("%s is killed after %v, though it may take %v and %v", where, given, pause, drain)
	}
}

func scalers(made objects, wrong *complaints) {
	for _, scaler := range made.scalers {
		target := scaler.Spec.ScaleTargetRef
		found := false
		for _, one := range made.workloads {
			if one.kind == target.Kind && one.name == target.Name {
				found = true
				if one.replicas != nil {
					wrong.add("%s is scaled and has a number of replicas too", one.name)
				}
			}
		}
		if !found {
			wrong.add("%s scales %s %s, which is not there", scaler.Name, target.Kind, target.Name)
		}
		if scaler.Spec.MinReplicas != nil && *scaler.Spec.MinReplicas > scaler.Spec.MaxReplicas {
			wrong.add("%s wants %d replicas at least and %d at most", scaler.Name, *scaler.Spec.MinReplicas, scaler.Spec.MaxReplicas)
		}
	}
}
