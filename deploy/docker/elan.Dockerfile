# Not built by this project's CI, where no container engine is at hand; its steps are those of bin/elan.
# SPDX-License-Identifier: Apache-2.0
#
#   docker build -f deploy/docker/elan.Dockerfile -t REGISTRY/elan:TAG .
FROM debian:12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven
ENV LC_ALL=C.UTF-8
WORKDIR /src
COPY . .
RUN mvn -B -q -pl elan -am -Dmaven.test.skip=true -Dspotless.check.skip package

FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends openjdk-17-jre-headless ca-certificates tini \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/elan/target/elan.jar /opt/elan/elan.jar
ENV LC_ALL=C.UTF-8
# What a start loads, so that the next one takes half the time.
RUN java -XX:ArchiveClassesAtExit=/opt/elan/elan.jsa -jar /opt/elan/elan.jar \
    --storage=mem:// --port 0 --admin_port 0 --exit_after_start
USER 10001:10001
EXPOSE 7777 9990
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/bin/java", "-XX:SharedArchiveFile=/opt/elan/elan.jsa", "-Xshare:auto", "-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-jar", "/opt/elan/elan.jar"]
