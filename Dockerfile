# plex-cdf on a distroless Node: no shell, no package manager, no root. Built from the top of the repository:
#
#   docker build --tag plex-cdf .
#
# To pin the images by digest as well, give both as arguments:
#
#   docker buildx imagetools inspect gcr.io/distroless/nodejs22-debian13:nonroot   # shows the digest
#   docker build --build-arg RUNTIME=gcr.io/distroless/nodejs22-debian13:nonroot@sha256:… --tag plex-cdf .
ARG BUILDER=node:22-bookworm-slim
ARG RUNTIME=gcr.io/distroless/nodejs22-debian13:nonroot

FROM ${BUILDER} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No package of the lock needs its install script here.
RUN npm ci --ignore-scripts
COPY src src
RUN npm run bundle
# The bundle holds all that it needs but the SQLite driver, whose binary is one of several; and Debian's C library is GNU's.
RUN mkdir --parents /app/dist /state \
  && cp --recursive --parents node_modules/better-sqlite3 node_modules/@libsql/linux-*-gnu node_modules/@neon-rs/load \
    node_modules/detect-libc /app \
  && cp --recursive dist/main.js dist/main /app/dist

FROM ${RUNTIME}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="plex-cdf" \
  org.opencontainers.image.description="Keeps Cognite Data Fusion true to Plex Manufacturing Cloud" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
WORKDIR /app
COPY package.json LICENSE deploy/docker/healthcheck.mjs ./
COPY --from=build /app ./
# The only place that is written to; a new volume takes its owner from here.
COPY --from=build --chown=65532:65532 /state /state
ENV NODE_ENV=production \
  STATE_URL=file:/state/plex-cdf.db
VOLUME /state
EXPOSE 9000
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/healthcheck.mjs"]
# "--" keeps flags that node has, too, for the program.
ENTRYPOINT ["/nodejs/bin/node", "--", "/app/dist/main.js"]
