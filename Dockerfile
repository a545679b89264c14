# An image of postroom:   docker build -t postroom .
#
# Run it with a configuration and its secrets mounted, and the state on a volume:
#   docker run -v ./etc:/etc/postroom:ro -v postroom:/var/lib/postroom postroom
# The configuration says `state: /var/lib/postroom`, and for the health check
# `http: {listen: 127.0.0.1:8025}`. Secret files must be readable by the user 10025.
# tests/debootstrap --dockerfile proves these steps where there is no container engine.

FROM debian:bookworm-slim AS build
WORKDIR /src
COPY config/install config/packages config/
RUN sh config/install build
COPY . .
RUN cmake --preset release -DBUILD_TESTING=OFF \
    && ninja -C build/release \
    && DESTDIR=/out cmake --install build/release --prefix /usr/local --strip

FROM debian:bookworm-slim
WORKDIR /var/lib/postroom
COPY config/install config/packages /usr/local/share/postroom/
RUN sh /usr/local/share/postroom/install run \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10025 --user-group --home-dir /var/lib/postroom --shell /usr/sbin/nologin postroom \
    && chown postroom:postroom /var/lib/postroom \
    && chmod 0700 /var/lib/postroom
COPY --from=build /out/usr/local /usr/local
RUN postroom --version
USER postroom
VOLUME /var/lib/postroom
STOPSIGNAL SIGTERM
# There is no curl in the image; bash speaks enough HTTP to ask whether the house lives.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD bash -c 'exec 3<>/dev/tcp/127.0.0.1/8025 && printf "GET /livez HTTP/1.0\r\n\r\n" >&3 && grep -q alive <&3'
ENTRYPOINT ["postroom"]
CMD ["run", "-c", "/etc/postroom/postroom.yaml"]
