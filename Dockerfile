# The image that serves: the same packages (tools/debian-packages.txt) and the same build (tools/build) as on a developer's machine.
#   docker build -t mayfly .
#   docker run -p 8080:8080 -v mayfly:/var/lib/mayfly -v ./token:/token:ro mayfly --address 0.0.0.0 --token-file /token
# --build-arg MAYFLY_DEBIAN_MIRROR=… takes the packages from another archive, a dated snapshot for instance.

FROM debian:forky AS base
ARG MAYFLY_DEBIAN_MIRROR=
# Another archive may lack the security suite, and a snapshot's Release file is past its date.
RUN if [ -n "$MAYFLY_DEBIAN_MIRROR" ]; then \
      sources=/etc/apt/sources.list.d/debian.sources && \
      awk -v RS= -v ORS='\n\n' '!/-security/' $sources | sed "s|^URIs:.*|URIs: $MAYFLY_DEBIAN_MIRROR|" >/tmp/sources && \
      mv /tmp/sources $sources && \
      echo 'Acquire::Check-Valid-Until "false";' >/etc/apt/apt.conf.d/10mayfly; \
    fi

FROM base AS build
WORKDIR /mayfly
# On Debian forky this installs the build packages; apart from the sources, so that a change of those does not install them anew.
COPY tools/debian-root tools/debian-packages.txt tools/
RUN tools/debian-root
COPY . .
RUN tools/build && \
    install -D -s -t /usr/lib/mayfly bazel-bin/mayfly/mayfly bazel-bin/runtime/js/mayfly-js-worker \
      bazel-bin/runtime/python/mayfly-python-worker

FROM base
COPY tools/debian-packages.txt LICENSE /usr/share/doc/mayfly/
RUN apt-get update && \
    apt-get install -y --no-install-recommends $(awk '$1 == "run" { print $2 }' /usr/share/doc/mayfly/debian-packages.txt) && \
    rm -rf /var/lib/apt/lists/*
RUN useradd --uid 65532 --home-dir /var/lib/mayfly --create-home --shell /usr/sbin/nologin mayfly && \
    ln -s ../lib/mayfly/mayfly /usr/bin/mayfly
COPY --from=build /usr/lib/mayfly /usr/lib/mayfly
USER 65532:65532
WORKDIR /var/lib/mayfly
ENV MAYFLY_DATA_DIR=/var/lib/mayfly/store
VOLUME /var/lib/mayfly
EXPOSE 8080 50051
ENTRYPOINT ["mayfly", "serve"]
