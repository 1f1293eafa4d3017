"""As much of a Kubernetes API as Helm needs to install, upgrade and roll back ConfigMaps and DaemonSets.

It keeps what is applied, as it was applied. Of a Secret it notes the size and refuses it.
"""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import yaml

Object = dict[str, Any]
RESOURCES = {
    'v1': {'configmaps': 'ConfigMap', 'secrets': 'Secret'},
    'apps/v1': {'daemonsets': 'DaemonSet'},
}
VERSION = {'major': '1', 'minor': '34', 'gitVersion': 'v1.34.0'}
NO_RELEASES = {'kind': 'SecretList', 'apiVersion': 'v1', 'metadata': {}, 'items': []}
VERBS = ('create', 'delete', 'get', 'list', 'patch', 'update')


class Cluster(AbstractContextManager['Cluster']):
    def __init__(self) -> None:
        self.kept: dict[str, Object] = {}
        self.refused: list[int] = []
        self._server = ThreadingHTTPServer(('127.0.0.1', 0), handler_of(self))
        Thread(target=self._server.serve_forever, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def objects(self) -> list[Object]:
        return list(self.kept.values())

    def kubeconfig(self) -> str:
        here = {'server': f'http://127.0.0.1:{self._server.server_port}'}
        document = {
            'apiVersion': 'v1',
            'kind': 'Config',
            'clusters': [{'name': 'here', 'cluster': here}],
            'users': [{'name': 'anybody', 'user': {}}],
            'contexts': [{'name': 'here', 'context': {'cluster': 'here', 'user': 'anybody'}}],
            'current-context': 'here',
        }
        return json.dumps(document)


def handler_of(cluster: Cluster) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def log_message(self, *_: object) -> None:
            """Standard error is for what Helm says."""

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            found = described(path) or cluster.kept.get(path)
            if found is None:
                self._answer(404, failure(404, 'NotFound'))
            else:
                self._answer(200, found)

        def do_PATCH(self) -> None:
            path = urlsplit(self.path).path
            cluster.kept[path] = yaml.safe_load(self._body())
            self._answer(200, cluster.kept[path])

        def do_POST(self) -> None:
            cluster.refused.append(len(self._body()))
            self._answer(403, failure(403, 'Forbidden'))

        def do_DELETE(self) -> None:
            self._body()
            cluster.kept.pop(urlsplit(self.path).path)
            self._answer(200, {'kind': 'Status', 'apiVersion': 'v1', 'status': 'Success'})

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get('Content-Length') or 0))

        def _answer(self, status: int, document: Object) -> None:
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header('Content-Type', 'application/json')
            self.send_header('Content-Length', str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    return Handler


def failure(status: int, reason: str) -> Object:
    return {'kind': 'Status', 'apiVersion': 'v1', 'status': 'Failure', 'reason': reason, 'code': status}


def described(path: str) -> Object | None:
    """What this API says of itself: its version, its resources, that it checks fields when it applies. No Secrets."""
    apps = {'name': 'apps', 'versions': [{'groupVersion': 'apps/v1', 'version': 'v1'}]}
    answers: dict[str, Object] = {
        '/version': VERSION,
        '/api': {'kind': 'APIVersions', 'versions': ['v1']},
        '/apis': {'kind': 'APIGroupList', 'apiVersion': 'v1', 'groups': [apps]},
        '/openapi/v3': {'paths': {root(of): {'serverRelativeURL': f'/openapi/v3/{root(of)}'} for of in RESOURCES}},
    }
    if path.endswith('/secrets'):
        return NO_RELEASES
    for version in RESOURCES:
        answers[f'/{root(version)}'] = resources(version)
        answers[f'/openapi/v3/{root(version)}'] = schema(version)
    return answers.get(path)


def root(version: str) -> str:
    return f'apis/{version}' if '/' in version else f'api/{version}'


def resources(version: str) -> Object:
    return {'kind': 'APIResourceList', 'groupVersion': version, 'resources': list(_resources(version))}


def _resources(version: str) -> Iterator[Object]:
    for name, kind in RESOURCES[version].items():
        yield {'name': name, 'singularName': kind.lower(), 'namespaced': True, 'kind': kind, 'verbs': VERBS}


def schema(version: str) -> Object:
    group, _, number = version.rpartition('/')
    paths = {
        f'/{root(version)}/namespaces/{{namespace}}/{name}/{{name}}': {
            'patch': {
                'parameters': [{'name': 'fieldValidation', 'in': 'query'}],
                'responses': {},
                'x-kubernetes-action': 'patch',
                'x-kubernetes-group-version-kind': {'group': group, 'kind': kind, 'version': number},
            }
        }
        for name, kind in RESOURCES[version].items()
    }
    return {'openapi': '3.0.0', 'info': {'title': 'Kubernetes', 'version': '1'}, 'paths': paths, 'components': {}}
