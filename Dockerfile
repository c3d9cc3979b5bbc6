# The command `pipectl` alone: no local AWS, no tools of development, no root.
#
#   docker build -t pipectl .
#   docker run --rm -v "$PWD:/work:ro" -e AWS_REGION -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN \
#     pipectl plan pipectl.yaml

FROM python:3.13.9-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY pipectl ./pipectl
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheel . \
 && python -m venv /opt/pipectl \
 && /opt/pipectl/bin/pip install --no-cache-dir /wheel/*.whl \
 && /opt/pipectl/bin/pip uninstall --yes pip

FROM python:3.13.9-slim-trixie
COPY --from=build /opt/pipectl /opt/pipectl
# Only root may write what runs; the home is for temporary credentials (~/.aws/cli/cache) and locks.
RUN useradd --uid 10001 --user-group --create-home --shell /usr/sbin/nologin pipectl
ENV PATH=/opt/pipectl/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["pipectl"]
CMD ["--help"]
