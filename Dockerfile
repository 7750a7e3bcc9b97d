# One image for every process: the command names a line of the Procfile, such as `worker`.

FROM python:3.11-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --quiet --require-hashes -r requirements.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin site
COPY --from=packages /venv /venv
WORKDIR /site
COPY . .
RUN python -m compileall -q .
# The scheduler records in VAR_DIR when it last ran each task; losing that does no harm.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/tmp PORT=8000
# A volume for attached files is mounted here, and takes its owner from this folder.
RUN install -d -o site -m 700 /uploads
USER site
EXPOSE 8000
ENTRYPOINT ["sh", "-c", "command=$(sed -n \"s/^$0: //p\" Procfile); eval \"exec ${command:?no such process}\""]
CMD ["web"]

# The site answers to its own host name only, so the check sends it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["python", "-c", "\
import http.client, os, sys\n\
from urllib.parse import urlsplit\n\
site = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4)\n\
site.request('GET', '/healthz', headers={'Host': urlsplit(os.environ['BASE_URL']).netloc})\n\
sys.exit(site.getresponse().status != 200)"]
