# The desk alone: the database and Redis are given to it (compose.yaml shows how).
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release && cp target/release/stockdesk /usr/local/bin/stockdesk

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /data --create-home stockdesk
COPY --from=build /usr/local/bin/stockdesk /usr/local/bin/stockdesk
COPY static /usr/local/share/stockdesk/static
USER stockdesk
# Generated secrets; nothing else is kept here.
VOLUME /data
ENV STOCKDESK_DATA_DIR=/data STOCKDESK_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["stockdesk"]
CMD ["serve"]
