// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"strings"

	apps "k8s.io/api/apps/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// What a chart makes, by kind.
type objects struct {
	workloads []workload
	services  []core.Service
	accounts  []core.ServiceAccount
	budgets   []policy.PodDisruptionBudget
	scalers   []autoscaling.HorizontalPodAutoscaler
}

// A Deployment or a StatefulSet.
type workload struct {
	kind     string
	name     string
	replicas *int32
	selector map[string]string
	service  string
	pod      core.PodTemplateSpec
}

// Each manifest as its type; an unknown or doubled field is a problem.
func decode(manifests []string) (objects, []string) {
	var all objects
	var problems []string
	seen := map[string]bool{}
	for _, manifest := range manifests {
		name, err := all.add([]byte(manifest))
		if err != nil {
			problems = append(problems, fmt.Sprintf("%v in:\n%s", err, manifest))
		} else if seen[name] {
			problems = append(problems, name+" is there twice")
		}
		seen[name] = true
	}
	return all, problems
}

func (all *objects) add(manifest []byte) (string, error) {
	var kind meta.TypeMeta
	if err := yaml.Unmarshal(manifest, &kind); err != nil {
		return "", err
	}
	var name string
	var err error
	switch kind.APIVersion + " " + kind.Kind {
	case "v1 Service":
		var one core.Service
		err = strict(manifest, &one)
		name = one.Name
		all.services = append(all.services, one)
	case "v1 ServiceAccount":
		var one core.ServiceAccount
		err = strict(manifest, &one)
		name = one.Name
		all.accounts = append(all.accounts, one)
	case "apps/v1 Deployment":
		var one apps.Deployment
		err = strict(manifest, &one)
		name = one.Name
		all.workloads = append(all.workloads, workload{
			kind.Kind, name, one.Spec.Replicas, matchLabels(one.Spec.Selector), "", one.Spec.Template})
	case "apps/v1 StatefulSet":
		var one apps.StatefulSet
		err = strict(manifest, &one)
		name = one.Name
		all.workloads = append(all.workloads, workload{
			kind.Kind, name, one.Spec.Replicas, matchLabels(one.Spec.Selector), one.Spec.ServiceName,
			one.Spec.Template})
	case "policy/v1 PodDisruptionBudget":
		var one policy.PodDisruptionBudget
		err = strict(manifest, &one)
		name = one.Name
		all.budgets = append(all.budgets, one)
	case "autoscaling/v2 HorizontalPodAutoscaler":
		var one autoscaling.HorizontalPodAutoscaler
		err = strict(manifest, &one)
		name = one.Name
		all.scalers = append(all.scalers, one)
	default:
		err = fmt.Errorf("%s %s is no kind that this chart should make", kind.APIVersion, kind.Kind)
	}
	if err == nil {
		if wrong := validation.IsDNS1123Label(name); len(wrong) > 0 {
			err = fmt.Errorf("the name %q: %s", name, strings.Join(wrong, ", "))
		}
	}
	return kind.Kind + " " + name, err
}

// As the API server reads it: names with their case, none unknown, none twice.
func strict(manifest []byte, into any) error {
	text, err := yaml.YAMLToJSONStrict(manifest)
	if err != nil {
		return err
	}
	wrong, err := json.UnmarshalStrict(text, into)
	if err != nil {
		return err
	}
	return errors.Join(wrong...)
}

func matchLabels(selector *meta.LabelSelector) map[string]string {
	if selector == nil {
		return nil
	}
	return selector.MatchLabels
}
