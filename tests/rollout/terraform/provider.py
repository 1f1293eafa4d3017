"""Stands for a Terraform provider: usage: provider.py datadog|aws SOCKET. Run by the environment .venv-terraform.

It has the schemas of the resources that rollout/terraform uses, as the documentation of the real providers gives them,
so that Terraform itself refuses an unknown or a missing argument. It keeps nothing: what it was given is in the state.
It speaks the real plugin protocol, version 6; Terraform finds it by TF_REATTACH_PROVIDERS, which this prints.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import grpc
from tf.gen import tfplugin_pb2_grpc
from tf.provider import ProviderServicer
from tf.schema import Attribute, Schema
from tf.types import NormalizedJson, Number, Set, String

IDS = count(1001)


def attributes(required: dict[str, type], optional: dict[str, object]) -> list[Attribute]:
    return [
        Attribute('id', String(), computed=True),
        *(Attribute(name, kind(), required=True) for name, kind in required.items()),
        *(Attribute(name, kind, optional=True) for name, kind in optional.items()),
    ]


RESOURCES = {
    'datadog': {
        'monitor_json': [
            *attributes({'monitor': NormalizedJson}, {}),
            Attribute('url', String(), optional=True, computed=True),
        ],
        'dashboard_json': [
            *attributes({'dashboard': NormalizedJson}, {'dashboard_lists': Set(Number())}),
            Attribute('url', String(), optional=True, computed=True),
        ],
    },
    'aws': {
        'ec2_instance_metadata_defaults': attributes(
            {},
            {
                'http_endpoint': String(),
                'http_put_response_hop_limit': Number(),
                'http_tokens': String(),
                'instance_metadata_tags': String(),
                'region': String(),
            },
        )
    },
}
SETTINGS = {'datadog': ('api_key', 'app_key', 'api_url', 'validate'), 'aws': ('region',)}
NAMESPACES = {'datadog': 'datadog', 'aws': 'hashicorp'}


def resource(name: str, schema: list[Attribute]) -> type:
    class Resource:
        def __init__(self, provider: object) -> None: ...

        @classmethod
        def get_name(cls) -> str:
            return name

        @classmethod
        def get_schema(cls) -> Schema:
            return Schema(attributes=schema)

        def validate(self, *_: object) -> None: ...

        def plan(self, _: object, current: object, planned: dict[str, object]) -> dict[str, object]:
            return planned

        def create(self, _: object, planned: dict[str, object]) -> dict[str, object]:
            made = {**planned, 'id': str(next(IDS))}
            return made | {'url': f'/{name}/{made["id"]}'} if 'url' in made else made

        def upgrade(self, _: object, version: int, old: dict[str, object]) -> dict[str, object]:
            return old

        def read(self, _: object, current: dict[str, object]) -> dict[str, object]:
            return current

        def update(self, _: object, current: dict[str, object], planned: dict[str, object]) -> dict[str, object]:
            return {**planned, 'id': current['id']}

        def delete(self, *_: object) -> None: ...

    return Resource


class Provider:
    def __init__(self, name: str) -> None:
        self.name = name

    def get_model_prefix(self) -> str:
        return f'{self.name}_'

    def get_provider_schema(self, _: object) -> Schema:
        return Schema(attributes=[Attribute(name, String(), optional=True) for name in SETTINGS[self.name]])

    def validate_config(self, *_: object) -> None: ...

    def configure_provider(self, *_: object) -> None: ...

    def get_data_sources(self) -> list[type]:
        return []

    def get_functions(self) -> list[type]:
        return []

    def get_resources(self) -> list[type]:
        return [resource(name, schema) for name, schema in RESOURCES[self.name].items()]

    def new_resource(self, kind: type) -> object:
        return kind(self)


def main(name: str, socket: str) -> None:
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    tfplugin_pb2_grpc.add_ProviderServicer_to_server(ProviderServicer(Provider(name)), server)
    server.add_insecure_port(f'unix://{socket}')
    server.start()
    address = {'Network': 'unix', 'String': socket}
    found = {'Protocol': 'grpc', 'ProtocolVersion': 6, 'Pid': os.getpid(), 'Test': True, 'Addr': address}
    sys.stdout.write(json.dumps({f'registry.terraform.io/{NAMESPACES[name]}/{name}': found}) + '\n')
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == '__main__':
    main(*sys.argv[1:])
