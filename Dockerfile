# The service with the default model, from corestory-lite: docs/service.md says how to build and run it.
FROM python:3.13.5-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY pipeline pipeline
COPY models/default models/default
RUN pip install --no-cache-dir setuptools==80.9.0 \
  && python pipeline/make_wheels.py dist \
  && python -m venv --without-pip /opt/corestory \
  && pip --python /opt/corestory/bin/python install --no-cache-dir --no-compile "$(echo dist/corestory_lite-*.whl)[serve]"

FROM python:3.13.5-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin corestory
COPY --from=build /opt/corestory /opt/corestory
ENV PATH=/opt/corestory/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["corestory"]
# Other machines can reach it, so it starts only with the variable CORESTORY_TOKEN.
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
