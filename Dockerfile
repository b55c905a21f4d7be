# The service in one image. Its data, the embedded PostgreSQL's when TOURDEROLE_DATABASE_URL names no other, is the volume.

FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /tools && /tools/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml ./
# What the service runs on and no more: the lock as constraint gives every version and its hashes.
RUN python -m venv --without-pip /app \
    && /tools/bin/uv pip install --no-cache --python /app --constraint requirements.lock --requirement pyproject.toml
COPY migrations ./migrations
COPY service ./service
RUN /tools/bin/hatchling build --target wheel \
    && /tools/bin/uv pip install --no-cache --python /app --no-deps dist/*.whl

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 tourderole \
    && install --directory --owner=tourderole --group=tourderole --mode=700 /var/lib/tourderole
COPY --from=build /app /app
ENV PATH="/app/bin:$PATH" PYTHONUNBUFFERED=1 \
    TOURDEROLE_DATA=/var/lib/tourderole TOURDEROLE_HOST=0.0.0.0 TOURDEROLE_PORT=8000
USER tourderole
VOLUME /var/lib/tourderole
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "from os import environ as e; from urllib.request import urlopen; urlopen(f'http://127.0.0.1:{e[\"TOURDEROLE_PORT\"]}/healthz', timeout=2)"]
CMD ["tourderole", "serve"]
