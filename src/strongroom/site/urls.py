"""The addresses of everything that the shelf does not answer, for Django: those of our house."""

from strongroom.site.addresses import addresses
from strongroom.site.assembly import house

handler400 = "strongroom.web.faults.bad_request"
handler403 = "strongroom.web.faults.forbidden"
handler404 = "strongroom.web.faults.not_found"
handler429 = "strongroom.web.faults.too_often"
handler500 = "strongroom.web.faults.failed"

urlpatterns = addresses(house())
