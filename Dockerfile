# A small image of the one published file; docs/deploy.md shows how to run it. Built for linux-x64.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/ActorBroker.Server -c Release -r linux-x64 -p:PublishProfile=standalone

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0
# The lz4 and zstd codecs; without them the broker starts and refuses only those batches that need them.
RUN apt-get update \
    && apt-get install -y --no-install-recommends liblz4-1 libzstd1 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o "$APP_UID" /data
COPY --from=build /source/artifacts/standalone/actorbroker-server /usr/local/bin/actorbroker-server
ENV ACTORBROKER_LOG_DIRS=/data \
    ACTORBROKER_LISTENERS=PLAINTEXT://0.0.0.0:9092 \
    ACTORBROKER_HTTP_LISTENER=http://0.0.0.0:9644
USER $APP_UID
WORKDIR /data
VOLUME /data
EXPOSE 9092 9644
# The image has no curl: bash asks the broker itself. A start after a crash checks the logs before it is ready.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/9644 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q ' 200 ' <&3"]
ENTRYPOINT ["actorbroker-server"]
