# docker build -t batch-update .
# The packages are built here, with what building needs, and none of that goes on.
FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY samples/demo.csv samples/demo.csv
COPY batch_update batch_update
RUN python -m venv /opt/batch-update \
    && /opt/batch-update/bin/python -m pip install ".[notify]" \
    && /opt/batch-update/bin/python -m pip uninstall --yes pip

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin batch \
    && python -m pip uninstall --yes --root-user-action=ignore pip \
    && install -d -o batch -g batch /srv/batch-update /srv/batch-update/jobs /srv/batch-update/sheets /srv/batch-update/runs
COPY --from=build /opt/batch-update /opt/batch-update
ENV PATH=/opt/batch-update/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    BATCH_UPDATE_LOCKS_DIR=/srv/batch-update/runs/.locks
WORKDIR /srv/batch-update
USER 10001:10001
VOLUME ["/srv/batch-update/jobs", "/srv/batch-update/sheets", "/srv/batch-update/runs"]
STOPSIGNAL SIGTERM
# Asks whether the scheduler has looked lately what is due.
HEALTHCHECK --interval=60s --timeout=10s --start-period=30s --retries=3 \
    CMD ["batch-update", "job", "serve", "--health"]
ENTRYPOINT ["batch-update"]
CMD ["job", "serve"]
