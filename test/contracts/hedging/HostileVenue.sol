// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPerpVenue} from "../../../contracts/interfaces/IPerpVenue.sol";

/// @title Venue that lies as told: about positions and prices, about what it pays back, and by calling back
contract HostileVenue is IPerpVenue {
    enum Lie {
        NONE,
        PRICE,
        POSITION,
        SPENDS_AGAIN,
        TAKES_LESS,
        KEEPS,
        CALLS_BACK,
        SILENT
    }

    address public immutable MARGIN_TOKEN;
    uint256 public markE8 = 60_000e8;
    Lie private _lie;
    int256 private _position;
    bytes private _callBack;

    error HostileSilence();
    error HostileCallBackFailed(bytes reason);

    constructor(address token) {
        MARGIN_TOKEN = token;
    }

    function lie(Lie which) external {
        _lie = which;
    }

    function callBackWith(bytes calldata data) external {
        (_lie, _callBack) = (Lie.CALLS_BACK, data);
    }

    function setMark(uint256 priceE8) external {
        markE8 = priceE8;
    }

    function depositMargin(uint256 amount) external {
        _mayCallBack();
        uint256 taken = _lie == Lie.TAKES_LESS ? amount - 1 : amount;
        IERC20(MARGIN_TOKEN).transferFrom(msg.sender, address(this), taken);
    }

    /// @dev An allowance left behind would let it take a second time.
    function takeAgain(address from, uint256 amount) external {
        IERC20(MARGIN_TOKEN).transferFrom(from, address(this), amount);
    }

    function withdrawMargin(uint256 amount) external {
        _mayCallBack();
        if (_lie == Lie.KEEPS) return;
        IERC20(MARGIN_TOKEN).transfer(msg.sender, amount);
    }

    /// @dev As bad a price as it may ask for, and one unit worse.
    function trade(int256 sizeE8, uint256 limitPriceE8) external returns (uint256 priceE8) {
        _mayCallBack();
        if (_lie == Lie.SPENDS_AGAIN) IERC20(MARGIN_TOKEN).transfer(msg.sender, 1);
        _position += _lie == Lie.POSITION ? sizeE8 * 2 : sizeE8;
        if (_lie != Lie.PRICE) return limitPriceE8;
        return sizeE8 > 0 ? limitPriceE8 + 1 : limitPriceE8 - 1;
    }

    function positionOf(address) external view returns (int256 sizeE8) {
        if (_lie == Lie.SILENT) revert HostileSilence();
        return _position;
    }

    function equityOf(address) external pure returns (int256 equity) {
        return type(int256).max;
    }

    function _mayCallBack() private {
        if (_lie != Lie.CALLS_BACK) return;
        // Once: without a lock the call would go through, and the test would see it.
        _lie = Lie.NONE;
        (bool ok, bytes memory reason) = msg.sender.call(_callBack);
        if (!ok) revert HostileCallBackFailed(reason);
    }
}
