# SPDX-License-Identifier: Apache-2.0
"""A page behind django-casclient that shows who came, as JSON.

The client hands attributes over only to a callback of the application, as the
parsed answer."""
import os
import wsgiref.simple_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

settings.configure(
    ALLOWED_HOSTS=["localhost"],
    AUTHENTICATION_BACKENDS=["cas.backends.CASBackend"],
    CAS_RESPONSE_CALLBACKS=[f"{__name__}.remember"],
    CAS_SERVER_URL=f"{os.environ['CAS_URL']}/",
    CAS_VERSION="3",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                           "NAME": "people"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes",
                    "django.contrib.sessions", "cas"],
    LOGIN_URL="/login",
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a test only",
)
django.setup()

# pylint: disable=wrong-import-position
import cas.views  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

CAS = "{http://www.yale.edu/tp/cas}"
attributes = {}  # of whom: name -> values


def remember(answer):
    person = attributes.setdefault(answer.findtext(f".//{CAS}user"), {})
    person.clear()
    for element in answer.iterfind(f".//{CAS}attributes/*"):
        name = element.tag.removeprefix(CAS)
        person.setdefault(name, []).append(element.text)


@login_required
def page(request):
    user = request.user.get_username()
    return JsonResponse({"user": user, "attributes": attributes[user]})


urlpatterns = [path("", page), path("login", cas.views.login)]


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    wsgiref.simple_server.make_server(
        "127.0.0.1", int(os.environ["PORT"]),
        get_wsgi_application()).serve_forever()
