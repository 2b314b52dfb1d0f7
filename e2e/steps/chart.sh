#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The Helm chart, rendered by Helm's engine and decoded into Kubernetes' types, and the Dockerfiles
# as far as one can look at them without a container engine.
. "$(dirname "$0")/../lib/step.sh"

CHECKER=$ROOT/mettle/target/e2e-chart

need_checker() {
  [[ -f $CHECKER && -z $(find "$E2E/chart" -name '*.go' -newer "$CHECKER" -print -quit) ]] && return
  command -v go >/dev/null || skip 'there is no go to build the check with'
  note 'go build with Helm and the Kubernetes API'
  mkdir -p "${CHECKER%/*}"
  # -modcacherw: what lies in the scratch directory must be removable.
  (cd "$E2E/chart" && GOPATH=$SCRATCH/go GOFLAGS='-modcacherw -mod=readonly' \
    timeout 800 go build -o "$CHECKER" .) >"$LOGS/go.log" 2>&1 ||
    skip "the check cannot be built: $(tail -n 1 "$LOGS/go.log")"
}

need_checker

note 'the flags that there are'
mkdir "$SCRATCH/help" "$SCRATCH/rendered"
timeout 300 "$BIN/elan" --help >"$SCRATCH/help/elan"
for command in api worker; do
  timeout 300 "$BIN/mettle" "$command" --help >"$SCRATCH/help/$command"
done

chart() {
  "$CHECKER" --chart "$1" --values "$E2E/chart/values" --wrong "$E2E/chart/wrong" \
    --help "$SCRATCH/help" --out "$SCRATCH/rendered"
}
note 'the chart as it is'
expect_exit 0 "$LOGS/chart.log" chart "$ROOT/deploy/helm/mettle"
note "$(tail -n 1 "$LOGS/chart.log")"

# expect_noticed FILE SED COMPLAINT: the chart with that change must be complained about so
expect_noticed() {
  rm -rf "$SCRATCH/broken"
  cp -r "$ROOT/deploy/helm/mettle" "$SCRATCH/broken"
  sed -i "$2" "$SCRATCH/broken/$1"
  ! cmp -s "$SCRATCH/broken/$1" "$ROOT/deploy/helm/mettle/$1" || fail "'$2' changes nothing in $1"
  expect_exit 1 "$LOGS/broken.log" chart "$SCRATCH/broken"
  expect_text "$LOGS/broken.log" "$3"
}
note 'the chart with a fault each'
expect_noticed templates/api.yaml 's/serviceName:/servicename:/' 'unknown field "spec.servicename"'
expect_noticed templates/api.yaml 's/targetPort: grpc/targetPort: rpc/' 'the port rpc, which is not there'
expect_noticed templates/api.yaml 's/clusterIP: None/clusterIP: ""/' 'no headless service'
expect_noticed templates/api.yaml 's/POD_INDEX)/POD_ORDINAL)/' '$(POD_ORDINAL) is set nowhere'
expect_noticed templates/elan.yaml 's/add 5 \$values/add 0 \$values/; s/seconds: 5/seconds: 50/' 'is killed after'
expect_noticed templates/elan.yaml 's/--cache_max_size/--cache_size/' '--help does not name --cache_size'
expect_noticed templates/elan.yaml 's/mountPath: .var.cache.elan/mountPath: \/cache/' 'which no volume has'
expect_noticed templates/workers.yaml 's/drain_timeout={{ /drain_timeout=1{{ /' 'is killed after'
expect_noticed templates/workers.yaml 's/if not \$values.autoscaling.enabled/if true/' 'has a number of replicas too'
expect_noticed templates/_helpers.tpl 's/path: .readyz/path: \/ready/' 'has no probe of /readyz'
expect_noticed templates/_helpers.tpl 's/^app.kubernetes.io.component:.*/app.kubernetes.io\/part-of: mettle/' 'workloads'
expect_noticed templates/_helpers.tpl 's/until (int .Values.api.replicas)/until 9/' 'grpc://builds-api-8.builds-api-pods:7778, which is not there'
expect_noticed templates/_helpers.tpl 's/Values.elan.port }}/Values.api.port }}/' 'grpc://builds-elan:7778, which is not there'
expect_noticed values.yaml 's/runAsNonRoot: true/runAsNonRoot: false/' 'may run as root'

note 'the Dockerfiles'
for binary in elan mettle; do
  file=$ROOT/deploy/docker/$binary.Dockerfile
  expect_text "$file" "COPY --from=build /src/$binary/target/$binary.jar /opt/$binary/$binary.jar"
  expect_equal "the user of $binary" 'USER 10001:10001' "$(grep '^USER' "$file")"
  # The exec form: with a shell in between SIGTERM would not reach the JVM.
  grep '^ENTRYPOINT' "$file" | sed 's/^ENTRYPOINT//' >"$SCRATCH/entrypoint"
  expect_text "$SCRATCH/entrypoint" "[\"/usr/bin/tini\", \"--\", \"/usr/bin/java\", \"-XX:SharedArchiveFile=/opt/$binary/$binary.jsa\""
  expect_text "$SCRATCH/entrypoint" "\"-jar\", \"/opt/$binary/$binary.jar\"]"
done
