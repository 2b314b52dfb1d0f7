# Not built by this project's CI, where no container engine is at hand; its steps are those of bin/mettle.
# SPDX-License-Identifier: Apache-2.0
#
#   docker build -f deploy/docker/mettle.Dockerfile -t REGISTRY/mettle:TAG .
#
# API servers need no more than this. Workers need what actions call, so make an image of your own that
# begins with FROM REGISTRY/mettle:TAG, installs compilers as root and ends with USER 10001:10001.
FROM debian:12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven
ENV LC_ALL=C.UTF-8
WORKDIR /src
COPY . .
RUN mvn -B -q -pl mettle -am -Dmaven.test.skip=true -Dspotless.check.skip package

FROM debian:12-slim
# bubblewrap is for --sandbox=namespaces.
RUN apt-get update \
 && apt-get install -y --no-install-recommends openjdk-17-jre-headless ca-certificates tini bubblewrap \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/mettle/target/mettle.jar /opt/mettle/mettle.jar
ENV LC_ALL=C.UTF-8
# What a start loads, so that the next one takes half the time.
RUN java -XX:ArchiveClassesAtExit=/opt/mettle/mettle.jsa -jar /opt/mettle/mettle.jar \
    dual --port 0 --data_dir /tmp/mettle --exit_after_start && rm -rf /tmp/mettle
USER 10001:10001
EXPOSE 7778 9990
STOPSIGNAL SIGTERM
# Commands that lose their parents become children of the first process, which has to be an init.
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/bin/java", "-XX:SharedArchiveFile=/opt/mettle/mettle.jsa", "-Xshare:auto", "-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-jar", "/opt/mettle/mettle.jar"]
